import type { AuthoredInFunctionFault } from '../generated/authored.ts';

/** A fault as in an experiment file, units included: `rate: '50%'`, `delay: '200ms'`. It needs no target. */
export type TestFault = AuthoredInFunctionFault & {
  /** How the journal calls it. Without it: its place in the list, f1, f2, … */
  readonly id?: string;
};

/** How time passes for injected delays: a clock of your own, where fake timers are not enough. */
export interface TestClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, later; the returned function takes that back. */
  after(ms: number, then: () => void): () => void;
}

export interface FaultOptions {
  readonly faults: readonly TestFault[];
  /**
   * The same seed makes the same draws for the same sequence of calls. Without it: the environment variable
   * INOCULATE_SEED, else one by chance; the journal has it, and so has the error with which a callback fails.
   */
  readonly seed?: number | string;
  /** Repeats what an invocation of a real run met: the salt of the run, and the id of the request. */
  readonly like?: {
    readonly salt: string;
    /** Without it, `wrap` takes `awsRequestId` of the context that its handler is called with. */
    readonly requestId?: string;
  };
  readonly clock?: TestClock;
}

export interface ReplayOptions {
  /** Injects what this journal says, call by call. */
  readonly replay: Journal | Readonly<Record<string, unknown>>;
  /** What is done where the code made other calls than the journal has. Without it: `throw`, once the code has ended. */
  readonly differences?: 'throw' | 'report';
  readonly clock?: TestClock;
}

export type TestOptions = FaultOptions | ReplayOptions;

/** An outbound call. */
export interface JournalCall {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** Without its query. */
  readonly path: string;
  /** The AWS service that the call is signed for. */
  readonly service?: string;
  readonly operation?: string;
  /** Which attempt of this call it is, from 1. */
  readonly attempt: number;
}

/** Something that a fault could hit, and whether it did. */
export interface JournalEntry {
  /** The fault's id. */
  readonly fault: string;
  readonly kind: string;
  /** Which invocation of a wrapped handler, from 1; always 1 in `withFaults`. */
  readonly invocation: number;
  /** The outbound call; absent at an end of an invocation. */
  readonly call?: JournalCall;
  /** The end of the invocation; absent for a call. */
  readonly at?: 'before' | 'after';
  /** Which of the same calls to this fault's liking it is in its invocation, from 1. */
  readonly nth: number;
  /** Numbers in [0, 1) that decided: a fault with a rate of 50% hits where `rate` is below 0.5. */
  readonly draws: Readonly<Record<string, number>>;
}

export interface JournalInjection extends JournalEntry {
  /** How long the call, or this end of the invocation, was delayed by all faults together. */
  readonly delayMs?: number;
  /** What a call was answered in place of its dependency. */
  readonly answer?: { readonly status: number; readonly body: string };
  /** How the dependency could not be reached. */
  readonly unreachable?: 'refused' | 'reset' | 'blackhole' | 'dns';
  /** What was thrown in place of the handler's answer. */
  readonly error?: { readonly name: string; readonly message: string };
  /** What was put in the place of another. */
  readonly replaced?: 'event' | 'answer';
  /** What happened to an answer that is written to a stream. */
  readonly stream?: 'delay' | 'abort' | 'answer';
  /** With what the process of the function would have ended. */
  readonly exitCode?: number;
}

export interface JournalSkip extends JournalEntry {
  /**
   * Why it was not hit: its share was not drawn (`rate`), an earlier fault had decided (`decided`), everything had
   * ended before (`ended`), or why the fault could not act there.
   */
  readonly reason: string;
}

/** What was injected and what was not, as plain JSON: it can be saved, and given back as `replay`. */
export interface Journal {
  readonly inoculate: 'journal/1';
  /** What repeats it; null where `like` does. */
  readonly seed: number | string | null;
  readonly like?: { readonly salt: string; readonly requestId?: string };
  /** As they were given, each with its id. */
  readonly faults: readonly TestFault[];
  readonly injected: readonly JournalInjection[];
  readonly skipped: readonly JournalSkip[];
  /** Of a replay: where the code made other calls than the journal that was replayed has. */
  readonly differences?: readonly string[];
}

export interface Outcome<T> {
  readonly result: T;
  readonly journal: Journal;
}

/** A handler under faults. It takes what the original takes, and answers with a promise. */
export type Wrapped<H extends (...args: never[]) => unknown> = ((
  ...args: Parameters<H>
) => Promise<Awaited<ReturnType<H>>>) & {
  /** Over all its invocations so far. */
  readonly journal: Journal;
};
