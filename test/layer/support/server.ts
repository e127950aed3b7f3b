import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Respond = (seen: Seen, response: ServerResponse) => void;

/** A real HTTP server on loopback that remembers what it was asked. */
export class LocalServer {
  readonly seen: Seen[] = [];
  readonly url: string;
  readonly port: number;
  connections = 0;
  respond: Respond;
  readonly #server: Server;

  static async start(respond: Respond): Promise<LocalServer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new LocalServer(server, respond);
  }

  private constructor(server: Server, respond: Respond) {
    this.#server = server;
    this.respond = respond;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => void this.#take(request, response));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.seen.push(seen);
    this.respond(seen, response);
  }
}

/** A server that answers as DynamoDB (an empty item) and as Lambda (an empty object) do. */
export function startDependency(): Promise<LocalServer> {
  return LocalServer.start((seen, response) => {
    const dynamo = seen.headers['x-amz-target'] !== undefined;
    response.setHeader('content-type', dynamo ? 'application/x-amz-json-1.0' : 'application/json');
    response.end(dynamo ? '{}' : '"real"');
  });
}
