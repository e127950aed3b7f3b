import { Agent, ClientRequest } from 'node:http';
import { logOnce, reasonOf } from '../log.ts';
import { isOwnAgent } from '../store/request.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { BoundInjection, Consideration, Gate } from './gate.ts';
import { endHere, type Way } from './node-http-end.ts';
import { patchMethod } from './patch.ts';
import { whenEnded } from './request-body.ts';
import { slowReads } from './slow-reads.ts';

const METHOD = 'addRequest';
type AddRequest = (this: Agent, request: object, options: unknown, ...rest: unknown[]) => unknown;

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
    const connect = (taker: object): unknown => Reflect.apply(original, this, [taker, options, ...rest]);
    if (!active || isOwnAgent(this) || !(request instanceof ClientRequest)) return connect(request);
    const call = callOf(request, options);
    let consideration: Consideration | undefined;
    try {
      consideration = gate.consider(call);
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
    }
    if (consideration === undefined) return connect(request);
    const hasOpen = (): boolean => hasFreeSocket(this, call);
    return handle(request, consideration, { call, connect, hasOpen, options: connectOptions(call, options) });
  };
  const restore = patchMethod(Agent.prototype, METHOD, addRequest);
  return () => {
    active = false;
    restore();
  };
}

function handle(request: ClientRequest, consideration: Consideration, way: Way): void {
  const leaveAlone = (error: unknown): void => {
    logOnce(`a call was left alone: ${reasonOf(error)}`);
    way.connect(request);
  };
  const act = (body: string | undefined): void => {
    let injection: BoundInjection | undefined;
    try {
      injection = body === undefined ? undefined : consideration.decide(body);
    } catch (error) {
      return leaveAlone(error);
    }
    if (injection === undefined) way.connect(request);
    else if (injection.endedBy === undefined) delayAnswer(request, injection, way);
    else endHere(request, injection, way).catch(leaveAlone);
  };
  if (!consideration.needsBody) return act('');
  whenEnded(request, act);
}

function delayAnswer(request: ClientRequest, injection: BoundInjection, way: Way): void {
  request.once('socket', (socket) => slowReads(socket, () => injection.delay()));
  way.connect(request);
}

function callOf(request: ClientRequest, options: unknown): OutboundCall {
  const port = Number(
    typeof options === 'object' && options !== null ? Reflect.get(options, 'port') : undefined,
  );
  return {
    method: request.method.toUpperCase(),
    host: request.host.toLowerCase(),
    secure: request.protocol === 'https:',
    port: port || (request.protocol === 'https:' ? 443 : 80),
    path: request.path,
    header: (name) => {
      const value = request.getHeader(name);
      return value === undefined ? undefined : String(value);
    },
  };
}

/** What a connection is opened with that a request or its agent may say. */
const PASSED_ON = [
  'lookup',
  'family',
  'hints',
  'localAddress',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
];

function connectOptions({ host, port }: OutboundCall, given: unknown): object {
  const passed = PASSED_ON.flatMap((name): [string, unknown][] => {
    const value: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(passed), host, port };
}

/** Whether the agent has a connection to the same place open and free. */
function hasFreeSocket(agent: Agent, { host, port }: OutboundCall): boolean {
  return Object.entries(agent.freeSockets).some(
    ([name, sockets]) =>
      name.toLowerCase().startsWith(`${host}:${port}:`) && sockets?.some((socket) => !socket.destroyed),
  );
}

function isAddRequest(value: unknown): value is AddRequest {
  return typeof value === 'function';
}
