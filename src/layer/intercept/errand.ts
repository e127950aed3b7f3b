import type { ClientRequest } from 'node:http';
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { Way } from './node-http-end.ts';

/**
 * Fetches a connection from the request's own agent, with its address, its TLS and its limits, by going there in the
 * request's place.
 */
export function realConnection(request: ClientRequest, way: Pick<Way, 'connect'>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const errand = Object.assign(new EventEmitter(), {
      destroyed: false,
      shouldKeepAlive: true,
      reusedSocket: false,
      // Where TLS takes the server's name from.
      getHeader: (name: string) => request.getHeader(name),
      onSocket: (socket: unknown, error: unknown) => {
        if (socket instanceof Duplex) resolve(socket);
        else reject(error instanceof Error ? error : new Error('the agent has no connection to give'));
      },
    });
    errand.on('error', reject);
    way.connect(errand);
  });
}
