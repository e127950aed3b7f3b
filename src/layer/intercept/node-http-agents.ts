import { EventEmitter } from 'node:events';
import { ClientRequest } from 'node:http';
import { isObject, member } from './peek.ts';

/** What a request goes to for a connection. */
export type AddRequest = (this: object, request: object, options: unknown, ...rest: unknown[]) => unknown;

const PROPERTY = 'agent';

/**
 * Meets requests whose agent has a way of its own to connections, and those that have no agent but a
 * `createConnection`: a request takes its agent in its constructor, and is given one that asks first. It keeps that one
 * only until it has asked. Returns what undoes it.
 *
 * @param isKnown whether an agent's `addRequest` is met elsewhere
 * @param wrap makes an `addRequest` that asks first
 */
export function interceptAgents(
  isKnown: (addRequest: unknown) => boolean,
  wrap: (addRequest: AddRequest) => AddRequest,
): () => void {
  const prototype: object = ClientRequest.prototype;
  if (Object.hasOwn(prototype, PROPERTY)) throw new Error('requests have an agent by their class already');
  const give = (request: object, agent: unknown): void => {
    const value = { value: agent, configurable: true, enumerable: true, writable: true };
    Object.defineProperty(request, PROPERTY, value);
  };
  Object.defineProperty(prototype, PROPERTY, {
    configurable: true,
    get: () => undefined,
    set(this: object, agent: unknown) {
      const own = member(agent, 'addRequest');
      if (isKnown(own)) return give(this, agent);
      const real = isObject(agent) ? agent : nobody;
      let inConstructor = true;
      let secureEndpoint = false;
      const connect: AddRequest = function (taker, options, ...rest) {
        // agent-base before 7 takes from the stack whether this is HTTPS, if nobody says so.
        const told = inConstructor || !isObject(options) ? options : { ...options, secureEndpoint };
        return Reflect.apply(isAddRequest(own) ? own : connectAlone, this, [taker, told, ...rest]);
      };
      const asking = wrap(connect);
      const addRequest: AddRequest = (request, options, ...rest) => {
        give(this, agent);
        secureEndpoint = member(request, 'protocol') === 'https:';
        try {
          return Reflect.apply(asking, real, [request, options, ...rest]);
        } finally {
          inConstructor = false;
        }
      };
      const stand: unknown = Object.create(real, { addRequest: { value: addRequest } });
      give(this, stand);
    },
  });
  return () => {
    Reflect.deleteProperty(prototype, PROPERTY);
  };
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
