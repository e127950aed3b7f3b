import { Agent as HttpAgent, ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The layer's own connections: interception never touches what goes through them. */
const ownAgents = new WeakSet<object>();

export interface Response {
  readonly status: number;
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>;
  readonly body: string;
}

/** Sends small signed requests to one endpoint. */
export interface Sender {
  readonly host: string;
  /** @param deadlineMs the request is given up after this many milliseconds */
  post(headers: Readonly<Record<string, string>>, body: string, deadlineMs: number): Promise<Response>;
}

/** No answer of ours is larger; more is a mistake. */
const LARGEST_ANSWER_BYTES = 1_000_000;

export function isOwnAgent(agent: object): boolean {
  return ownAgents.has(agent);
}

/** A sender with connections of its own, kept alive unless told otherwise, none of which keeps the process alive. */
export function senderTo(endpoint: string, keepAlive = true): Sender {
  const url = new URL(endpoint);
  const options = { keepAlive, maxSockets: 4, maxFreeSockets: 2 };
  const agent = url.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options);
  ownAgents.add(agent);
  const target = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'http:' ? 80 : 443),
    path: '/',
    method: 'POST',
    agent,
  };
  return {
    host: url.host,
    async post(headers, body, deadlineMs) {
      const all = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
      try {
        return await send({ ...target, headers: all }, body, deadlineMs);
      } catch (error) {
        // A connection that was closed while the sandbox was frozen says nothing about the store.
        if (!(error instanceof StaleConnection)) throw error;
        return send({ ...target, headers: all }, body, deadlineMs);
      }
    },
  };
}

class StaleConnection extends Error {}

function send(options: object, body: string, deadlineMs: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    // Not http.request: a tracer may have replaced it, and these calls are not the function's.
    const request = new ClientRequest({ ...options });
    const deadline = setTimeout(
      () => request.destroy(new Error(`no answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
    deadline.unref();
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      const stale = request.reusedSocket && /ECONNRESET|EPIPE/.test(String(Reflect.get(error, 'code')));
      reject(stale ? new StaleConnection(error.message) : error);
    };
    request.on('socket', (socket) => socket.unref());
    request.on('error', fail);
    request.on('response', (response) => {
      readAll(response).then((text) => {
        clearTimeout(deadline);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      }, fail);
    });
    request.end(body);
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const piece: unknown = chunk;
    const bytes = piece instanceof Uint8Array ? Buffer.from(piece) : Buffer.alloc(0);
    size += bytes.length;
    if (size > LARGEST_ANSWER_BYTES) throw new Error(`an answer of more than ${LARGEST_ANSWER_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}
