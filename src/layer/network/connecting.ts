import net, { Socket } from 'node:net';
import { isOwnAgent } from '../store/request.ts';
import type { Destination } from './reach.ts';

/** What is used of the options with which a socket is connected. */
export interface ConnectOptions {
  readonly host?: unknown;
  readonly port?: unknown;
  /** Of a local pipe, in place of a host. */
  readonly path?: unknown;
  readonly lookup?: unknown;
}

type Normalize = (args: readonly unknown[]) => unknown[];

/** The arguments of Socket.connect in Node's own uniform shape: [options, callback], marked as such. */
export function normalized(args: readonly unknown[]): unknown[] {
  const [first] = args;
  if (Array.isArray(first)) return first;
  const normalize: unknown = Reflect.get(net, '_normalizeArgs');
  if (!isNormalize(normalize))
    throw new Error('this Node does not say how it reads the arguments of connect');
  return normalize(args);
}

/** The same arguments with other options. */
export function withOptions(args: readonly unknown[], options: object): unknown[] {
  return [normalized([options, normalized(args)[1]])];
}

export function optionsOf(args: readonly unknown[]): ConnectOptions {
  const [options] = normalized(args);
  return typeof options === 'object' && options !== null ? options : {};
}

/** Where a connection is to lead; undefined for pipes, and for what the experiment itself needs. */
export function destinationOf(options: ConnectOptions): Destination | undefined {
  if (typeof options.path === 'string') return undefined;
  const agent: unknown = Reflect.get(options, 'agent');
  if (typeof agent === 'object' && agent !== null && isOwnAgent(agent)) return undefined;
  const host =
    typeof options.host === 'string' && options.host !== '' ? options.host.toLowerCase() : 'localhost';
  const to = { host, port: Number(options.port) };
  return isRuntimeApi(to) ? undefined : to;
}

/** Where an open socket leads, by the name it was opened with; undefined as above. */
export function destinationOfOpen(socket: Socket): Destination | undefined {
  const address = socket.remoteAddress;
  const port = socket.remotePort;
  // Without these it is a pipe, such as standard output, or it is gone already; with a server it came from outside.
  if (address === undefined || port === undefined || Reflect.get(socket, 'server')) return undefined;
  const to = { host: nameOf(socket) ?? address, port, address };
  return isRuntimeApi(to) ? undefined : to;
}

/** The name under which a socket was opened: Node keeps it, also on the socket that TLS was put upon. */
function nameOf(socket: Socket): string | undefined {
  for (const on of [socket, Reflect.get(socket, '_parent')]) {
    const host: unknown = on instanceof Socket ? Reflect.get(on, '_host') : undefined;
    if (typeof host === 'string' && host !== '') return host.toLowerCase();
  }
  return undefined;
}

function isRuntimeApi({ host, port }: Destination): boolean {
  return `${host}:${port}` === process.env['AWS_LAMBDA_RUNTIME_API'];
}

function isNormalize(value: unknown): value is Normalize {
  return typeof value === 'function';
}
