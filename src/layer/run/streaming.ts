import type { StreamedAnswer } from '../answer/http.ts';
import type { HandlerCall } from '../realm.ts';
import { isResponseStream, type ResponseStream } from '../stream/response-stream.ts';
import type { PlannedStreamEffect, StreamInjection } from '../stream/stream-faults.ts';
import { boundedDelayMs } from './bounded-delay.ts';
import type { Injector } from './injector.ts';
import type { Invocation } from './invocation.ts';
import { perform } from './perform.ts';

/** Runs the handler, under what happens to the stream of its answer; without that it is given the runtime's own stream. */
export async function performUnder(
  call: HandlerCall,
  effects: readonly PlannedStreamEffect[],
  invocation: Invocation,
  injector: Injector,
): Promise<unknown> {
  if (effects.length === 0) return injector.timed(() => perform(call));
  const { FaultyStream, StreamFaults, outcomeOf } = await import('../stream/index.ts');
  const [event, stream, ...rest] = call.args;
  if (!isResponseStream(stream)) {
    for (const _ of effects) injector.skipped('not-applicable');
    return injector.timed(() => perform(call));
  }
  const injection = new Injection(invocation, injector);
  const faults = new StreamFaults(effects, injection);
  const faulty = new FaultyStream(stream, faults);
  const work = (): Promise<unknown> =>
    outcomeOf(perform({ ...call, args: [event, faulty, ...rest] }), faulty, faults);
  return injector.timed(work, () => injection.waitedMs);
}

/** Gives an answer in the streamed protocol instead of running the handler. */
export async function answerStreamed(stream: ResponseStream, answer: StreamedAnswer): Promise<void> {
  const { writeAnswer } = await import('../stream/index.ts');
  await writeAnswer(stream, answer);
}

class Injection implements StreamInjection {
  /** How long the answer was held back. */
  waitedMs = 0;
  readonly #invocation: Invocation;
  readonly #injector: Injector;

  constructor(invocation: Invocation, injector: Injector) {
    this.#invocation = invocation;
    this.#injector = injector;
  }

  async delay(
    id: string,
    wantedMs: number,
    untilTimeout: boolean,
    again: boolean,
  ): Promise<'waited' | 'nothing' | 'denied'> {
    const leftMs = this.#invocation.remainingMs() - this.#injector.longestHandlerMs;
    const delayMs = boundedDelayMs(wantedMs, untilTimeout, leftMs);
    if (delayMs <= 0) return 'nothing';
    this.waitedMs += delayMs;
    return (await this.#injector.delay(this.#invocation, again ? [] : [id], delayMs)) ? 'waited' : 'denied';
  }

  fire(id: string): Promise<boolean> {
    return this.#injector.fire(this.#invocation, id);
  }

  notApplicable(): void {
    this.#injector.skipped('not-applicable');
  }
}
