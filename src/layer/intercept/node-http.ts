import { Agent, ClientRequest } from 'node:http';
import { logOnce, reasonOf } from '../log.ts';
import { isOwnAgent } from '../store/request.ts';
import type { OutboundCall } from '../calls/call.ts';
import { FakeSocket } from './fake-socket.ts';
import type { BoundInjection, Consideration, Gate } from './gate.ts';
import { patchMethod } from './patch.ts';
import { whenEnded } from './request-body.ts';
import { slowReads } from './slow-reads.ts';

const METHOD = 'addRequest';
type AddRequest = (this: Agent, request: ClientRequest, options: unknown, ...rest: unknown[]) => unknown;

/**
 * Intercepts what goes through node:http and node:https, the AWS SDK included, at the point where a request asks its
 * agent for a connection: inside the constructor, so in the caller's asynchronous context; for every request, also
 * over connections that were open before; and whatever reference to `request` the caller has kept. Returns what
 * undoes it.
 */
export function interceptNodeHttp(gate: Gate): () => void {
  const original: unknown = Object.getOwnPropertyDescriptor(Agent.prototype, METHOD)?.value;
  if (!isAddRequest(original)) throw new Error('this Node has no http.Agent.addRequest');
  let active = true;
  const addRequest: AddRequest = function (request, options, ...rest) {
    const proceed = (): unknown => Reflect.apply(original, this, [request, options, ...rest]);
    if (!active || isOwnAgent(this) || !(request instanceof ClientRequest)) return proceed();
    let consideration: Consideration | undefined;
    try {
      consideration = gate.consider(callOf(request, options));
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
    }
    return consideration === undefined ? proceed() : handle(request, consideration, proceed);
  };
  const restore = patchMethod(Agent.prototype, METHOD, addRequest);
  return () => {
    active = false;
    restore();
  };
}

function handle(request: ClientRequest, consideration: Consideration, proceed: () => unknown): void {
  const leaveAlone = (error: unknown): void => {
    logOnce(`a call was left alone: ${reasonOf(error)}`);
    proceed();
  };
  const act = (body: string | undefined): void => {
    let injection: BoundInjection | undefined;
    try {
      injection = body === undefined ? undefined : consideration.decide(body);
    } catch (error) {
      return leaveAlone(error);
    }
    if (injection === undefined) proceed();
    else if (injection.answer === undefined) delayAnswer(request, injection, proceed);
    else answerInstead(request, injection, proceed).catch(leaveAlone);
  };
  if (!consideration.needsBody) return act('');
  whenEnded(request, act);
}

function delayAnswer(request: ClientRequest, injection: BoundInjection, proceed: () => unknown): void {
  request.once('socket', (socket) => slowReads(socket, () => injection.delay()));
  proceed();
}

async function answerInstead(
  request: ClientRequest,
  injection: BoundInjection,
  proceed: () => unknown,
): Promise<void> {
  const { answer } = injection;
  // Without a need to wait there is none: what the caller sees must not depend on a detour through the event loop.
  const allowed =
    injection.delayMs > 0
      ? (await delayWithoutConnection(request, injection)) && (await injection.confirm())
      : injection.isAllowed() || (await injection.confirm());
  if (answer === undefined || !allowed || request.destroyed) return void proceed();
  const socket = new FakeSocket(request.protocol === 'https:', Number(Reflect.get(request, 'port') ?? 0));
  const respond = (): void => {
    if (request.destroyed) return;
    injection.answered();
    socket.respond(answer, request.method);
  };
  // A server may refuse a request that waits for "100 Continue" without having seen its body.
  if (request.getHeader('expect') === undefined) request.once('finish', respond);
  else request.once('socket', () => setImmediate(respond));
  // A Duplex is all that Node needs of a connection, but not what its types say.
  Reflect.apply(request.onSocket, request, [socket]);
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

function callOf(request: ClientRequest, options: unknown): OutboundCall {
  const port = Number(
    typeof options === 'object' && options !== null ? Reflect.get(options, 'port') : undefined,
  );
  return {
    method: request.method.toUpperCase(),
    host: request.host.toLowerCase(),
    port: port || (request.protocol === 'https:' ? 443 : 80),
    path: request.path,
    header: (name) => {
      const value = request.getHeader(name);
      return value === undefined ? undefined : String(value);
    },
  };
}

function isAddRequest(value: unknown): value is AddRequest {
  return typeof value === 'function';
}
