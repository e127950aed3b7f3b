import { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { isOwnAgent } from '../store/request.ts';
import { isInterceptedDispatcher } from '../intercept/undici.ts';
import type { ConnectOptions } from './connecting.ts';

/** Who decides on an open socket: the interception of HTTP calls, call by call; the layer itself; or that of sockets. */
export type Keeper = 'calls' | 'layer' | 'sockets';

export function keeperOf(socket: Socket): Keeper {
  const request: unknown = Reflect.get(socket, '_httpMessage');
  if (request instanceof ClientRequest) {
    const agent: unknown = Reflect.get(request, 'agent');
    // Where there is no http.Agent, the request's connection is opened for it by whoever made it.
    if (!(agent instanceof Agent)) return 'sockets';
    return isOwnAgent(agent) ? 'layer' : 'calls';
  }
  const client = undiciClientOf(socket);
  return client !== undefined && isInterceptedDispatcher(client) ? 'calls' : 'sockets';
}

/** undici keeps the client of a socket under a symbol called "client". */
function undiciClientOf(socket: Socket): object | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'client');
  const client: unknown = symbol === undefined ? undefined : Reflect.get(socket, symbol);
  return typeof client === 'object' && client !== null ? client : undefined;
}

/** A connection for an http.Agent: Node notes for which requests it is good. */
export function isForHttpAgent(options: ConnectOptions): boolean {
  return Reflect.get(options, '_agentKey') !== undefined;
}

/** A connection of undici's connector, by the options that it sets and nobody else does. */
export function isForUndici(options: ConnectOptions): boolean {
  const protocols: unknown = Reflect.get(options, 'ALPNProtocols');
  if (Array.isArray(protocols)) return protocols.includes('http/1.1');
  return 'localAddress' in options && Reflect.get(options, 'highWaterMark') === 64 * 1024;
}
