import http from 'node:http';

/** One invocation as the Runtime API hands it out. */
export interface Invocation {
  readonly bodyJson: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface RuntimeApiClient {
  next(): Promise<Invocation>;
  /** `path` below `/2018-06-01/runtime`. */
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<void>;
}

/** A client of the Runtime API at `host:port`. It keeps one connection, apart from every agent the function may touch. */
export function createClient(address: string): RuntimeApiClient {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  // Taken now: what the function, or a fault, patches later must not reach the runtime itself.
  const { request } = http;
  const separator = address.lastIndexOf(':');
  const target = { hostname: address.slice(0, separator), port: Number(address.slice(separator + 1)), agent };

  function call(
    method: string,
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Invocation> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...target, method, path: `/2018-06-01/runtime${path}`, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300)
            return resolve({ bodyJson: text, headers: response.headers });
          reject(
            new Error(`The Runtime API answered ${method} ${path} with ${response.statusCode}: ${text}`),
          );
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return {
    next: () => call('GET', '/invocation/next', '', {}),
    post: async (path, body, headers = {}) => {
      const length = String(Buffer.byteLength(body));
      await call('POST', path, body, {
        'Content-Type': 'application/json',
        'Content-Length': length,
        ...headers,
      });
    },
  };
}
