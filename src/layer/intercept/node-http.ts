import { Agent, ClientRequest } from 'node:http';
import { logOnce, reasonOf } from '../log.ts';
import { isOwnAgent } from '../store/request.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { BoundInjection, Consideration, Gate } from './gate.ts';
import { endHere, type Way } from './node-http-end.ts';
import { interceptAgents, isAddRequest, type AddRequest } from './node-http-agents.ts';
import { patchMethod } from './patch.ts';
import { isObject, member } from './peek.ts';
import { whenEnded } from './request-body.ts';
import { slowReads } from './slow-reads.ts';

const METHOD = 'addRequest';

/**
 * Intercepts what goes through node:http and node:https, the AWS SDK included, at the point where a request asks its
 * agent for a connection: inside the constructor, so in the caller's asynchronous context; for every request, also
 * over connections that were open before; and whatever reference to `request` the caller has kept. Returns what
 * undoes it.
 */
export function interceptNodeHttp(gate: Gate): () => void {
  const original: unknown = Object.getOwnPropertyDescriptor(Agent.prototype, METHOD)?.value;
  if (!isAddRequest(original)) throw new Error('this Node has no http.Agent.addRequest');
  const asked = new WeakSet<object>();
  let active = true;
  const wrap = (inner: AddRequest): AddRequest =>
    function (request, options, ...rest) {
      const connect = (taker: object): unknown => Reflect.apply(inner, this, [taker, options, ...rest]);
      // An agent may pass a request on to another.
      if (!active || isOwnAgent(this) || !(request instanceof ClientRequest) || asked.has(request))
        return connect(request);
      asked.add(request);
      const call = { ...callOf(request, options), connects: !(this instanceof Agent) };
      const consideration = consider(gate, call);
      if (consideration === undefined) return connect(request);
      const hasOpen = (): boolean => hasFreeSocket(this, call);
      return handle(request, consideration, {
        call,
        connect,
        hasOpen,
        options: connectOptions(call, options),
      });
    };
  const addRequest = wrap(original);
  const restores = [
    patchMethod(Agent.prototype, METHOD, addRequest),
    interceptAgents({ isKnown: (own) => own === addRequest, wrap }),
  ];
  return () => {
    active = false;
    for (const restore of restores) restore();
  };
}

function consider(gate: Gate, call: OutboundCall): Consideration | undefined {
  try {
    return gate.consider(call);
  } catch (error) {
    logOnce(`a call was left alone: ${reasonOf(error)}`);
    return undefined;
  }
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
  const port = Number(member(options, 'port'));
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
    const value = member(given, name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(passed), host, port };
}

/** Whether the agent has a connection to the same place open and free. */
function hasFreeSocket(agent: object, { host, port }: OutboundCall): boolean {
  const free = member(agent, 'freeSockets');
  if (!isObject(free)) return false;
  return Object.entries(free).some(
    ([name, sockets]: [string, unknown]) =>
      name.toLowerCase().startsWith(`${host}:${port}:`) &&
      Array.isArray(sockets) &&
      sockets.some((socket) => member(socket, 'destroyed') === false),
  );
}
