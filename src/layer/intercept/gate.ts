import type { Socket } from 'node:net';
import type { Candidate, Injection } from '../calls/consider.ts';
import type { OutboundCall } from '../calls/call.ts';

/** What every way out of the function (node:http, undici, HTTP/2) asks about each outbound call. */
export interface Gate {
  /** Undefined where the call is none of ours: no invocation of the experimental group made it, or no fault means it. */
  consider(call: OutboundCall): Consideration | undefined;
  /** Runs what sends a call that has been decided on, so that its connection is not decided on by itself. */
  decided?<T>(send: () => T): T;
}

/** A candidate, bound to the invocation that made the call. */
export interface Consideration extends Pick<Candidate, 'needsBody' | 'mayBeAnswered'> {
  decide(body: string): BoundInjection | undefined;
}

/** An injection, bound to the invocation that made the call. */
export interface BoundInjection extends Injection {
  /** The dose still allows it, as far as is known without reading. */
  isAllowed(): boolean;
  /** The dose still allows it; reads the dose again if what is known is too old. */
  confirm(): Promise<boolean>;
  /** Waits for `delayMs`, counted as injected; ends early, with false, when the dose no longer allows it. */
  delay(): Promise<boolean>;
  /** Waits until the dose no longer allows it, or the invocation has ended. */
  outlast(): Promise<void>;
  /** Counts as injected what ends the call. */
  ended(): void;
  /** Connections that fail as one to where the call goes would. */
  readonly failing?: Failing | undefined;
}

/** Connections that fail, with the errors and at the times that are Node's own. */
export interface Failing {
  /** @param options as for net.connect */
  connection(options: object): Socket;
  /** Runs work whose first connection fails. */
  within<T>(work: () => T): T;
}
