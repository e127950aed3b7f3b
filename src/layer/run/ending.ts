import { logOnce } from '../log.ts';

/** How the process ends: at once, or when the answer of the invocation has gone out. */
export interface Exit {
  readonly code: number;
  readonly once: 'now' | 'answered';
}

/** What is thrown in the place of an answer that will never be given. */
export class ProcessEnds extends Error {
  override readonly name = 'ProcessEnds';

  constructor(code: number) {
    super(`the process ends with exit code ${code}`);
  }
}

/** Larger answers Lambda refuses: then the runtime client has an error to report. */
const LARGEST_ANSWER_BYTES = 6 * 1024 * 1024;

/** The end of this process in the course of one invocation. */
export class Ending {
  readonly faultId: string;
  readonly exit: Exit;
  readonly #streamed: Promise<boolean> | undefined;
  #calledOff = false;

  /** @param stream where the handler writes its answer, if it streams it */
  constructor(faultId: string, exit: Exit, stream: unknown) {
    this.faultId = faultId;
    this.exit = exit;
    this.#streamed = exit.once === 'answered' && stream !== undefined ? taken(stream) : undefined;
  }

  callOff(): void {
    this.#calledOff = true;
  }

  /**
   * The answer as the runtime client gets it. It serialises an answer, posts it, waiting for Lambda to take it, and asks
   * for the next event in a later microtask: so a microtask that is queued while it serialises runs between the two.
   * (aws-lambda-ric 4.0.2, postInvocationResponse and processSingleConcurrent.)
   */
  answer(value: unknown): unknown {
    if (this.exit.once === 'now' || this.#streamed !== undefined || this.#calledOff) return value;
    if (!isPostable(value)) {
      this.callOff();
      return value;
    }
    return {
      toJSON: (): unknown => {
        if (!this.#calledOff && isBeingPosted()) queueMicrotask(() => process.exit(this.exit.code));
        return valueOf(value);
      },
    };
  }

  /** Ends the process now where nothing more is to be waited for; everything has been reported. */
  async meet(): Promise<void> {
    if (this.#calledOff) return;
    if (this.exit.once === 'now' || (await this.#streamed) === true) process.exit(this.exit.code);
  }
}

/** Whether Lambda has taken the whole of a streamed answer: only then it answers the runtime client. */
function taken(stream: unknown): Promise<boolean> {
  return new Promise((resolve) => {
    once(stream, 'error', () => resolve(false));
    const listening = once(stream, 'response', (response) => {
      once(response, 'aborted', () => resolve(false));
      if (!once(response, 'end', () => resolve(true))) resolve(false);
    });
    if (!listening) resolve(false);
  });
}

/** Listens to something that may be an emitter of events; says whether it is. */
function once(emitter: unknown, event: string, then: (value: unknown) => void): boolean {
  const method: unknown =
    typeof emitter === 'object' && emitter !== null ? Reflect.get(emitter, 'once') : undefined;
  if (typeof method !== 'function') return false;
  Reflect.apply(method, emitter, [event, then]);
  return true;
}

function isPostable(value: unknown): boolean {
  try {
    const text: unknown = JSON.stringify(value ?? null);
    return typeof text === 'string' && Buffer.byteLength(text) <= LARGEST_ANSWER_BYTES;
  } catch {
    return false; // the runtime client says so itself, as the function's error
  }
}

/** What JSON.stringify would have made of the answer itself. */
function valueOf(value: unknown): unknown {
  if (value === undefined) return null;
  const toJson: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'toJSON') : undefined;
  return typeof toJson === 'function' ? Reflect.apply(toJson, value, ['']) : value;
}

/** Called from the one place where AWS's runtime client serialises an answer; in others nothing is known of the order. */
function isBeingPosted(): boolean {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 10;
  const { stack } = new Error('where');
  Error.stackTraceLimit = limit;
  const known = typeof stack === 'string' && stack.includes('postInvocationResponse');
  if (!known) logOnce('the process does not end: this runtime client is not known');
  return known;
}
