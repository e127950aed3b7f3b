import type { Handler } from './load-handler.ts';

/** How often a dose is looked for while invocations arrive and none is active, in milliseconds. */
export const LOOK_EVERY_MS = 1000;

/** One call of the handler, as the runtime made it. */
export interface HandlerCall {
  readonly handler: Handler;
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** The handler writes its answer to a stream: (event, stream, context). */
  readonly streaming: boolean;
}

/** A run that is active in this realm. */
export interface ActiveRun {
  /** Carries out one invocation under the dose; what it returns goes to the runtime. */
  invoke(call: HandlerCall): unknown;
}

/** What the wrapped handler looks at in every invocation. */
export interface Realm {
  /** Undefined unless a dose is active. */
  active: ActiveRun | undefined;
  /** When the dose was last looked for, in milliseconds since 1970. */
  lookedAt: number;
  /** How long until it is looked for again; longer while the store does not answer. */
  lookEveryMs: number;
  /** Looks for a dose in the background; never throws, never waits. */
  look(): void;
}
