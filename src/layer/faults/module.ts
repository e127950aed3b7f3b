import type { InFunctionFault, InFunctionKind } from '../../generated/types.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Draw } from '../draw.ts';
import type { EventSource } from '../event/source.ts';
import type { Occupation } from '../occupy/occupation.ts';
import type { Exit } from '../run/ending.ts';
import type { StreamEffect } from '../stream/stream-effect.ts';
import type { SkipReason } from '../telemetry/skip-reason.ts';

/** The parameters of a kind. */
export type FaultOf<K extends InFunctionKind> = Extract<InFunctionFault, { kind: K }>;

/** One of the two ends of an invocation. */
export type Moment = {
  readonly source: EventSource;
  /** The handler writes its answer to a stream. */
  readonly streaming: boolean;
} & (
  | { readonly at: 'before'; readonly event: unknown }
  | { readonly at: 'after'; readonly event: unknown; readonly answer: unknown }
);

/** Something that takes the place of something else; `undefined` is a value, too. */
export interface Replacement {
  readonly value: unknown;
}

export interface ChangedEvent extends Replacement {
  /** Puts right what the caller of the function would misread in an answer to the changed event; it is no fault. */
  mend?(answer: unknown): unknown;
}

/** What happens to an invocation at one of its two ends. */
export interface InvocationEffect {
  readonly delayMs?: number;
  /** The delay is not cut to the remaining time of the invocation. */
  readonly untilTimeout?: boolean;
  /** What the handler is given in place of the event; before it only. */
  readonly event?: ChangedEvent;
  /** Before the handler: instead of running it. After it: in place of its answer. */
  readonly answer?: Replacement;
  /** Thrown instead of running the handler, or instead of its answer. */
  readonly error?: Error;
  /** Taken up before the handler runs, and given back when the invocation ends, whichever way it ends. */
  readonly occupy?: Occupation;
  /** The process ends. What is to come after the answer is asked for before the handler runs. */
  readonly exit?: Exit;
  /** What happens to the answer of a handler that streams it; before the handler only. */
  readonly stream?: StreamEffect;
  /** It cannot be done to this invocation: nothing happens, and that is counted. */
  readonly skip?: SkipReason;
}

/** An HTTP answer that the dependency never gave. */
export interface Answer {
  readonly status: number;
  /** Names as they are to be sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What is answered in its place, once that is known: never fails. */
  readonly later?: () => Promise<Answer>;
}

/** What the client of a dependency meets that cannot be reached, instead of an answer. */
export interface Unreachable {
  /**
   * `refused`: nobody listens there; `dns`: its name is unknown; `reset`: the connection breaks; `blackhole`: nothing
   * ever comes back, until the dose or the invocation ends.
   */
  readonly how: 'refused' | 'reset' | 'blackhole' | 'dns';
}

/** What happens to one outbound call: with `answer` or `unreachable` it never reaches the dependency. */
export interface CallEffect {
  readonly delayMs?: number;
  readonly answer?: Answer;
  readonly unreachable?: Unreachable;
}

/**
 * One kind of in-function fault: pure decisions and facts. Rates, attempts, freshness of the dose, waiting and counting
 * are the same for all kinds and live elsewhere.
 */
export interface InFunctionFaultModule<K extends InFunctionKind> {
  /** One sentence fragment for people, with the target's name: what the fault does. */
  explain(fault: FaultOf<K>): string;
  /** Whether an invocation may run into its timeout because of it, so that its outcome is never reported. */
  readonly canEndProcess: boolean;
  /** It touches the whole process: never done where several invocations may share one. */
  readonly needsOwnProcess?: boolean;
  /** Whether an asynchronous event can be lost for good: its retries carry the same request id, and fare the same. */
  losesDataWhenAsynchronous(fault: FaultOf<K>): boolean;
  /** Whether even a first attempt at a batch is lost, because the invocation looks as if it had succeeded. */
  losesDataAtOnce?(fault: FaultOf<K>): boolean;
  /** Why these parameters make no sense together, with what would; undefined where they do. */
  problem(fault: FaultOf<K>): string | undefined;
  /** What it does before the handler runs, or after it has answered; undefined for nothing. */
  onInvocation?(fault: FaultOf<K>, moment: Moment, draw: Draw): InvocationEffect | undefined;
  /** It may answer or fail a call itself: then nothing of a call is sent before that is decided. */
  readonly answersCalls?: boolean;
  /**
   * What it does to an outbound call that it addresses.
   *
   * @param body the request's body as text, where the address needs it
   */
  onCall?(fault: FaultOf<K>, call: OutboundCall, draw: Draw, body: string): CallEffect;
}

/** A module as seen by who has a fault of some kind: it is handed only faults of its own. */
export interface AnyInFunctionFaultModule {
  explain(fault: InFunctionFault): string;
  readonly canEndProcess: boolean;
  readonly needsOwnProcess?: boolean;
  losesDataWhenAsynchronous(fault: InFunctionFault): boolean;
  losesDataAtOnce?(fault: InFunctionFault): boolean;
  problem(fault: InFunctionFault): string | undefined;
  onInvocation?(fault: InFunctionFault, moment: Moment, draw: Draw): InvocationEffect | undefined;
  readonly answersCalls?: boolean;
  onCall?(fault: InFunctionFault, call: OutboundCall, draw: Draw, body: string): CallEffect;
}
