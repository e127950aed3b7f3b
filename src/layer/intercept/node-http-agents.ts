import { EventEmitter } from 'node:events';
import { ClientRequest } from 'node:http';
import { isObject, member } from './peek.ts';

/** What a request goes to for a connection. */
export type AddRequest = (this: object, request: object, options: unknown, ...rest: unknown[]) => unknown;

const PROPERTY = 'agent';

interface Interception {
  /** Whether an agent's `addRequest` is met elsewhere. */
  readonly isKnown: (addRequest: unknown) => boolean;
  /** Makes an `addRequest` that asks first. */
  readonly wrap: (addRequest: AddRequest) => AddRequest;
}

/** In effect at once; the latest asks first. */
const interceptions = new Set<Interception>();

/**
 * Meets requests whose agent has a way of its own to connections, and those that have no agent but a
 * `createConnection`: a request takes its agent in its constructor, and is given one that asks first. It keeps that one
 * only until it has asked. Returns what undoes it; several may be in effect, and be undone in any order.
 */
export function interceptAgents(interception: Interception): () => void {
  if (interceptions.size === 0) takeAgents();
  interceptions.add(interception);
  return () => {
    if (interceptions.delete(interception) && interceptions.size === 0)
      Reflect.deleteProperty(ClientRequest.prototype, PROPERTY);
  };
}

function takeAgents(): void {
  const prototype: object = ClientRequest.prototype;
  if (Object.hasOwn(prototype, PROPERTY)) throw new Error('requests have an agent by their class already');
  Object.defineProperty(prototype, PROPERTY, {
    configurable: true,
    get: () => undefined,
    set(this: object, agent: unknown) {
      const own = member(agent, 'addRequest');
      const isKnown = [...interceptions].some((one) => one.isKnown(own));
      give(this, isKnown ? agent : standFor(agent, own));
    },
  });
}

function give(request: object, agent: unknown): void {
  const value = { value: agent, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(request, PROPERTY, value);
}

/** An agent that asks before the one that it stands for connects. */
function standFor(agent: unknown, own: unknown): unknown {
  const real = isObject(agent) ? agent : nobody;
  let inConstructor = true;
  let secureEndpoint = false;
  const connect: AddRequest = function (taker, options, ...rest) {
    // agent-base before 7 takes from the stack whether this is HTTPS, if nobody says so.
    const told = inConstructor || !isObject(options) ? options : { ...options, secureEndpoint };
    return Reflect.apply(isAddRequest(own) ? own : connectAlone, this, [taker, told, ...rest]);
  };
  const asking = [...interceptions].reduce((inner, { wrap }) => wrap(inner), connect);
  const addRequest: AddRequest = (request, options, ...rest) => {
    give(request, agent);
    secureEndpoint = member(request, 'protocol') === 'https:';
    try {
      return Reflect.apply(asking, real, [request, options, ...rest]);
    } finally {
      inConstructor = false;
    }
  };
  return Object.create(real, { addRequest: { value: addRequest } });
}

/** Stands for no agent: Node keeps no connection alive for it. */
const nobody = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY };

/** What a request without an agent does itself. */
const connectAlone: AddRequest = (request, options) => {
  const create = member(options, 'createConnection');
  const take = member(request, 'onSocket');
  if (typeof create !== 'function' || typeof take !== 'function') return;
  const socketPath = member(options, 'socketPath');
  // The path of the request is none of the connection's.
  const own = { ...(isObject(options) ? options : {}), path: socketPath };
  let done = false;
  const created = (error: unknown, socket?: unknown): void => {
    if (done) return;
    done = true;
    if (error === null || error === undefined) Reflect.apply(take, request, [socket]);
    else process.nextTick(() => request instanceof EventEmitter && request.emit('error', error));
  };
  try {
    const socket: unknown = Reflect.apply(create, options, [own, created]);
    if (socket !== undefined && socket !== null) created(null, socket);
  } catch (error) {
    created(error);
  }
};

export function isAddRequest(value: unknown): value is AddRequest {
  return typeof value === 'function';
}
