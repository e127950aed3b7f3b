import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Seen } from './server.ts';

/** A real HTTP/2 server on loopback, without TLS, that remembers what it was asked. Answers as DynamoDB-like APIs do. */
export class LocalHttp2Server {
  readonly seen: Seen[] = [];
  readonly url: string;
  readonly port: number;
  connections = 0;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  static async start(): Promise<LocalHttp2Server> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new LocalHttp2Server(server);
  }

  private constructor(server: Http2Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('session', (session) => {
      this.connections += 1;
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined); // a client that gives up is no business of the server's
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        this.seen.push({
          method: headers[':method'] ?? '',
          path: headers[':path'] ?? '',
          headers,
          body: Buffer.concat(chunks).toString(),
        });
        if (stream.destroyed) return;
        const api = headers['x-amz-target'] !== undefined;
        const type = api ? 'application/x-amz-json-1.1' : 'application/json';
        stream.respond({ ':status': 200, 'content-type': type }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
        stream.end(api ? '{"ShardId":"s","SequenceNumber":"1"}' : '"real"');
      });
    });
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }
}
