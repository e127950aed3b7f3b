import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OutboundCall } from '../calls/call.ts';
import type { Answer } from '../faults/module.ts';
import { BlackholeSocket, FailingSocket } from './broken-socket.ts';
import { realConnection } from './errand.ts';
import { FakeSocket } from './fake-socket.ts';
import type { BoundInjection } from './gate.ts';
import { connectionError } from './unreachable.ts';

/** How a request reaches its dependency. */
export interface Way {
  readonly call: OutboundCall;
  /** Asks the agent for a connection, for the request or for whoever takes it in its place. */
  connect(taker: object): unknown;
  /** What a connection of its own would be opened with. */
  readonly options: object;
  /** The agent has a connection open that it would use. */
  hasOpen(): boolean;
}

/** Ends a call without its dependency, if the dose still allows it when that is due. */
export async function endHere(request: ClientRequest, injection: BoundInjection, way: Way): Promise<void> {
  const { answer, unreachable } = injection;
  // Without a need to wait there is none: what the caller sees must not depend on a detour through the event loop.
  const allowed =
    injection.delayMs > 0
      ? (await delayWithoutConnection(request, injection)) && (await injection.confirm())
      : injection.isAllowed() || (await injection.confirm());
  if (!allowed || request.destroyed) return void way.connect(request);
  if (answer !== undefined) {
    return answerWith(request, answer.later === undefined ? answer : await answer.later(), injection);
  }
  if (unreachable === undefined) return void way.connect(request);
  injection.ended();
  switch (unreachable.how) {
    case 'blackhole':
      return swallow(request, injection, way);
    case 'reset': {
      // The connection is a real one, so that the client knows whether it had been used before; it breaks before
      // anything is sent.
      const error = connectionError('reset', way.call);
      request.once('socket', (socket) => socket.destroy(error));
      return void way.connect(request);
    }
    case 'refused':
    case 'dns':
      return give(
        request,
        injection.failing?.connection(way.options) ??
          new FailingSocket(isSecure(request), way.call.port, connectionError(unreachable.how, way.call)),
      );
  }
}

function answerWith(request: ClientRequest, answer: Answer, injection: BoundInjection): void {
  const socket = new FakeSocket(isSecure(request), Number(Reflect.get(request, 'port') ?? 0));
  const respond = (): void => {
    if (request.destroyed) return;
    injection.ended();
    socket.respond(answer, request.method);
  };
  // A server may refuse a request that waits for "100 Continue" without having seen its body.
  if (request.getHeader('expect') === undefined) request.once('finish', respond);
  else request.once('socket', () => setImmediate(respond));
  give(request, socket);
}

/** What is sent meanwhile arrives when the dependency can be reached again, as on a network that comes back. */
async function swallow(request: ClientRequest, injection: BoundInjection, way: Way): Promise<void> {
  const socket = new BlackholeSocket(isSecure(request), way.call.port, way.hasOpen());
  const timeoutMs: unknown = Reflect.get(request, 'timeout');
  if (typeof timeoutMs === 'number') socket.setTimeout(timeoutMs); // else its agent would do that
  give(request, socket);
  await injection.outlast();
  if (request.destroyed || socket.destroyed) return;
  socket.reachable(await realConnection(request, way));
}

function give(request: ClientRequest, socket: Duplex): void {
  // A Duplex is all that Node needs of a connection, but not what its types say.
  Reflect.apply(request.onSocket, request, [socket]);
}

function isSecure(request: ClientRequest): boolean {
  return request.protocol === 'https:';
}

/** There is no connection yet whose timeout could run, so the request's own is run here. */
async function delayWithoutConnection(request: ClientRequest, injection: BoundInjection): Promise<boolean> {
  const timeoutMs: unknown = Reflect.get(request, 'timeout');
  const timeout =
    typeof timeoutMs === 'number' && timeoutMs > 0
      ? setTimeout(() => request.emit('timeout'), timeoutMs).unref()
      : undefined;
  try {
    return await injection.delay();
  } finally {
    clearTimeout(timeout);
  }
}
