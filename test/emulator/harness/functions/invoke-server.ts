import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InvokeAnswer } from './functions.ts';
import { type InvokeRequest, parseInvokeRequest } from './invoke-request.ts';

export interface InvokeServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Takes the emulator's invocations. What goes wrong here is the function's failure, so that a test sees it. */
export async function serveInvocations(
  invoke: (request: InvokeRequest) => Promise<InvokeAnswer>,
): Promise<InvokeServer> {
  const server = http.createServer((request, response) => {
    textOf(request)
      .then((text) => invoke(parseInvokeRequest(text)))
      .catch((error: unknown): InvokeAnswer => {
        const errorMessage = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { kind: 'failure', failure: { errorType: 'Harness.Error', errorMessage }, log: errorMessage };
      })
      .then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: Error) => response.destroy(error),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
