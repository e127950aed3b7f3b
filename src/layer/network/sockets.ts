import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { logOnce, reasonOf } from '../log.ts';
import { patchMethod } from '../intercept/patch.ts';
import {
  destinationOf,
  destinationOfOpen,
  optionsOf,
  withOptions,
  type ConnectOptions,
} from './connecting.ts';
import { whenAllowed, type Cut, type NetworkGate } from './cut.ts';
import { isForHttpAgent, isForUndici, keeperOf } from './http-sockets.ts';
import { isHandleOf, prototypeOfHandles } from './handles.ts';
import { failingLookup } from './names.ts';
import { REFUSED, resetError, TIMED_OUT } from './node-errors.ts';
import { needsAddress, type Destination, type NetworkFault } from './reach.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Written = (error?: Error | null) => void;

/** What is known of one socket. */
interface State {
  readonly to: Destination;
  /** The invocations for which was decided already. */
  readonly decided: WeakSet<object>;
  /** What is to become of it, where that is decided. */
  cut: Cut | undefined;
  /** What is to become of it at some of its addresses. */
  cutByAddress: Cut | undefined;
  /** It is cut: nothing is sent and nothing received any more. */
  dead: boolean;
}

/**
 * Interception of all TCP connections, TLS included: when they are opened, at each address that is tried, and when
 * something is written on one that is open. In place from construction to `restore`.
 */
export class Sockets {
  /** A name is being looked up for a connection, on which has been decided. */
  connecting = false;
  readonly #gate: NetworkGate;
  readonly #states = new WeakMap<Socket, State>();
  readonly #doomed = new WeakMap<Socket, Cut>();
  /** For what happens within one call: its next connection is cut, or is the business of HTTP interception. */
  readonly #calls = new AsyncLocalStorage<{ cut?: Cut | undefined }>();
  readonly #undo: (() => void)[] = [];
  /** The socket that is about to try an address. */
  #attempting: Socket | undefined;
  #active = true;

  constructor(gate: NetworkGate) {
    this.#gate = gate;
    const handles = prototypeOfHandles();
    try {
      this.#patch(Socket.prototype, 'connect', (...call) => this.#connect(...call));
      this.#patch(Socket.prototype, '_writeGeneric', (...call) => this.#write(...call));
      this.#patch(handles, 'connect', (...call) => this.#attempt(...call));
      this.#patch(handles, 'connect6', (...call) => this.#attempt(...call));
    } catch (error) {
      this.restore();
      throw error;
    }
  }

  restore(): void {
    this.#active = false;
    for (const undo of this.#undo.splice(0)) undo();
    this.#calls.disable();
  }

  /** A connection that is cut. */
  doomed(cut: Cut, options: object): Socket {
    const socket = new Socket();
    this.#doomed.set(socket, cut);
    return socket.connect(...([options] as unknown as Parameters<Socket['connect']>));
  }

  /** Runs work whose first connection is cut. */
  dooming<T>(cut: Cut, work: () => T): T {
    return this.#calls.run({ cut }, work);
  }

  /** Runs work whose connections have been decided on as calls; what is to be cut within it still is. */
  decided<T>(work: () => T): T {
    return this.#calls.run(this.#calls.getStore() ?? {}, work);
  }

  #patch(
    owner: object,
    name: string,
    instead: (original: AnyFunction, self: unknown, args: unknown[]) => unknown,
  ): void {
    const original: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
    if (!isFunction(original)) throw new Error(`this Node's sockets have no ${name}`);
    const isActive = (): boolean => this.#active;
    const method: AnyFunction = function (...args) {
      return isActive() ? instead(original, this, args) : Reflect.apply(original, this, args);
    };
    this.#undo.push(patchMethod(owner, name, method));
  }

  #connect(original: AnyFunction, socket: unknown, args: unknown[]): unknown {
    let changed = args;
    if (socket instanceof Socket) {
      try {
        changed = this.#opened(socket, args);
      } catch (error) {
        logOnce(`a connection was left alone: ${reasonOf(error)}`);
      }
    }
    this.connecting = true;
    try {
      return Reflect.apply(original, socket, changed);
    } finally {
      this.connecting = false;
    }
  }

  /** Decides on a connection that is about to be opened; gives the arguments with which it is. */
  #opened(socket: Socket, args: unknown[]): unknown[] {
    const options = optionsOf(args);
    const to = destinationOf(options);
    if (to === undefined) return args;
    const state = this.#begun(socket, options, to);
    if (state === undefined) return args;
    this.#states.set(socket, state);
    if (state.cut?.how === 'dns') {
      return withOptions(args, { ...options, lookup: failingLookup(state.cut, options.lookup) });
    }
    socket.prependListener('connectionAttempt', () => (this.#attempting = socket));
    return args;
  }

  #begun(socket: Socket, options: ConnectOptions, to: Destination): State | undefined {
    const fresh = { to, decided: new WeakSet<object>(), cutByAddress: undefined, dead: false };
    const call = this.#calls.getStore();
    const doom = this.#doomed.get(socket) ?? call?.cut;
    if (doom !== undefined) {
      if (call !== undefined) call.cut = undefined;
      return { ...fresh, cut: doom };
    }
    const actor = this.#gate.actor();
    if (actor === undefined) return undefined;
    const isOfCall = isForHttpAgent(options) || (call !== undefined && isForUndici(options));
    const cut = isOfCall ? undefined : this.#gate.considerConnection(to, (fault) => !needsAddress(fault, to));
    fresh.decided.add(actor);
    return { ...fresh, cut };
  }

  /** One address is tried: how that ends is told as the system would tell it, so that the errors are Node's own. */
  #attempt(original: AnyFunction, handle: unknown, args: unknown[]): unknown {
    const socket = this.#attempting;
    this.#attempting = undefined;
    const state = socket === undefined ? undefined : this.#states.get(socket);
    const [request, address] = args;
    if (socket === undefined || state === undefined || typeof address !== 'string') {
      return Reflect.apply(original, handle, args);
    }
    const cut = state.cut ?? this.#cutAt(address, state);
    if (cut === undefined || cut.how === 'reset' || cut.how === 'dns') {
      return Reflect.apply(original, handle, args);
    }
    this.#fail(cut, (status) => {
      // Node has given this attempt up meanwhile; to connect a handle that is being closed would end the process.
      const complete: unknown = Reflect.get(Object(request), 'oncomplete');
      if (socket.destroyed || !socket.connecting || !isFunction(complete) || !isHandleOf(socket, handle))
        return;
      const ended = status ?? Number(Reflect.apply(original, handle, args));
      if (ended !== 0) Reflect.apply(complete, request, [ended, handle, request, false, false]);
    });
    return 0;
  }

  #cutAt(address: string, state: State): Cut | undefined {
    const to = { ...state.to, address };
    state.cutByAddress ??= this.#gate.considerConnection(to, (fault) => needsAddress(fault, to));
    if (state.cutByAddress?.means(to) !== true) return undefined;
    if (state.cutByAddress.how === 'reset') state.cut = state.cutByAddress;
    return state.cutByAddress;
  }

  /** @param end is told the status, or undefined where the address is to be tried after all */
  #fail(cut: Cut, end: (status: number | undefined) => void): void {
    setImmediate(() => {
      whenAllowed(cut, (allowed) => {
        if (!allowed) return end(undefined);
        cut.injected();
        if (cut.how === 'refused') end(REFUSED);
        // It ends with the invocation: what was written into it must not arrive in the next one.
        else void cut.over().then(() => end(TIMED_OUT));
      });
    });
  }

  #write(original: AnyFunction, socket: unknown, args: unknown[]): unknown {
    const proceed = (): unknown => Reflect.apply(original, socket, args);
    // What is written before there is a connection is written again by Node when there is one.
    if (!(socket instanceof Socket) || socket.connecting) return proceed();
    const written = args[3];
    try {
      const state = this.#states.get(socket);
      if (state?.dead === true) return done(written);
      const cut = this.#cutAtWrite(socket, state);
      if (cut === undefined) return proceed();
      whenAllowed(cut, (allowed) => {
        if (!allowed || socket.destroyed) return void proceed();
        this.#kill(socket, cut);
        done(written);
      });
    } catch (error) {
      logOnce(`a connection was left alone: ${reasonOf(error)}`);
      return proceed();
    }
    return undefined;
  }

  #cutAtWrite(socket: Socket, known: State | undefined): Cut | undefined {
    if (known?.cut?.how === 'reset') {
      const { cut } = known;
      known.cut = undefined;
      return cut;
    }
    const actor = this.#gate.actor();
    if (actor === undefined || known?.decided.has(actor) === true) return undefined;
    const keeper = keeperOf(socket);
    const to = keeper === 'layer' ? undefined : destinationOfOpen(socket);
    if (to === undefined) return undefined;
    const among = (fault: NetworkFault): boolean => keeper === 'sockets' || needsAddress(fault, to);
    const fresh = { cut: undefined, cutByAddress: undefined, dead: false };
    const state: State = known ?? { to, decided: new WeakSet(), ...fresh };
    this.#states.set(socket, state);
    state.decided.add(actor);
    return this.#gate.considerConnection(to, among);
  }

  /** From here on nothing is sent and nothing is received: whoever uses this connection later finds it closed. */
  #kill(socket: Socket, cut: Cut): void {
    const state = this.#states.get(socket);
    if (state !== undefined) state.dead = true;
    Object.defineProperty(socket, 'push', { value: () => true, configurable: true, writable: true });
    cut.injected();
    if (cut.how === 'blackhole') void cut.over().then(() => socket.destroy(resetError()));
    else setImmediate(() => socket.destroy(resetError()));
  }
}

function done(written: unknown): void {
  if (isWritten(written)) written();
}

function isWritten(value: unknown): value is Written {
  return typeof value === 'function';
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}
