import { sourceOf } from '../event/source.ts';
import type { InvocationEffect, Moment, Replacement } from '../faults/module.ts';
import type { HandlerCall } from '../realm.ts';
import { Ending, ProcessEnds, type Exit } from './ending.ts';
import { isResponseStream } from '../stream/response-stream.ts';
import type { StreamEffect } from '../stream/stream-effect.ts';
import type { PlannedStreamEffect } from '../stream/stream-faults.ts';
import { boundedDelayMs } from './bounded-delay.ts';
import type { Injector } from './injector.ts';
import type { Invocation } from './invocation.ts';
import { perform, silence } from './perform.ts';
import { answerStreamed, performUnder } from './streaming.ts';

/**
 * Runs the handler with the faults that work on the invocation itself: before it, instead of it, after it. At each end
 * the changes of event or answer are made in file order, each upon the one before; then the delays, which add up; then
 * the first error or answer of its own. The control group only runs its handler.
 */
export async function underFaults(
  call: HandlerCall,
  invocation: Invocation,
  injector: Injector,
): Promise<unknown> {
  if (invocation.group === 'control') return perform(call);
  const [event, ...rest] = call.args;
  const always = { source: sourceOf(event), streaming: call.streaming };
  const before = new End(invocation, injector, injector.longestHandlerMs, call);
  const given = await before.meet({ ...always, at: 'before', event });
  if (before.instead !== undefined) return before.instead.value;
  const ending = before.endingOnceAnswered();
  if (before.streamedInstead !== undefined) return before.streamedInstead();
  const changed = given === event ? call : { ...call, args: [given, ...rest] };
  const answer = await performUnder(changed, before.streamed, invocation, injector);
  // Without an answer the runtime has ended the invocation by itself: there is nothing left to delay or to discard.
  if (answer === silence) return answer;
  const mended = before.mends.reduce((value, mend) => mend(value), answer);
  const result = await new End(invocation, injector, 0, call).meet({
    ...always,
    at: 'after',
    event: given,
    answer: mended,
  });
  if (ending !== undefined && (await injector.fire(invocation, ending.faultId))) invocation.ending = ending;
  return result;
}

interface Pending {
  readonly id: string;
  readonly effect: InvocationEffect;
}

/** One end of an invocation under the faults. */
class End {
  /** What the invocation answers instead of running its handler. */
  instead: Replacement | undefined;
  /** The same of a handler that streams. */
  streamedInstead: (() => Promise<void>) | undefined;
  /** What happens to the stream that the handler writes its answer to. */
  readonly streamed: PlannedStreamEffect[] = [];
  /** What puts the answer to a changed event right. */
  readonly mends: ((answer: unknown) => unknown)[] = [];
  #onceAnswered: { readonly id: string; readonly exit: Exit } | undefined;
  readonly #invocation: Invocation;
  readonly #injector: Injector;
  readonly #reserveMs: number;
  readonly #call: HandlerCall;

  /** @param reserveMs what the handler still needs of the remaining time */
  constructor(invocation: Invocation, injector: Injector, reserveMs: number, call: HandlerCall) {
    this.#invocation = invocation;
    this.#injector = injector;
    this.#reserveMs = reserveMs;
    this.#call = call;
  }

  /** Gives the event for the handler, or the answer for the runtime; throws what is injected as an error. */
  async meet(moment: Moment): Promise<unknown> {
    let now = moment;
    const pending: Pending[] = [];
    for (const fault of this.#injector.faults) {
      const effect = this.#injector.effectOn(this.#invocation, fault, now);
      if (effect === undefined) continue;
      pending.push({ id: fault.id, effect });
      if (effect.occupy !== undefined) await this.#injector.occupy(this.#invocation, fault.id, effect.occupy);
      if (effect.stream !== undefined && !isInstead(effect.stream))
        this.streamed.push({ id: fault.id, effect: effect.stream });
      now = await this.#changed(now, fault.id, effect);
    }
    for (const { id, effect } of pending) await this.#wait(id, effect);
    for (const { id, effect } of pending) {
      if (await this.#decide(now, id, effect)) break;
    }
    return now.at === 'before' ? now.event : now.answer;
  }

  /** The end of the process after a good answer; what tells that the answer is out is listened for from here on. */
  endingOnceAnswered(): Ending | undefined {
    const { streaming, args } = this.#call;
    const { id, exit } = this.#onceAnswered ?? {};
    if (id === undefined || exit === undefined) return undefined;
    return new Ending(id, exit, streaming ? args[1] : undefined);
  }

  async #changed(moment: Moment, id: string, effect: InvocationEffect): Promise<Moment> {
    const change = moment.at === 'before' ? effect.event : effect.answer;
    if (change === undefined || !(await this.#injector.fire(this.#invocation, id))) return moment;
    if (moment.at === 'after') return { ...moment, answer: change.value };
    if (effect.event?.mend !== undefined) this.mends.push(effect.event.mend);
    return { ...moment, event: change.value };
  }

  async #wait(id: string, effect: InvocationEffect): Promise<void> {
    const { delayMs: wantedMs = 0, untilTimeout } = effect;
    const delayMs = boundedDelayMs(wantedMs, untilTimeout, this.#invocation.remainingMs() - this.#reserveMs);
    if (delayMs > 0) await this.#injector.delay(this.#invocation, [id], delayMs);
  }

  /** Whether this ends the matter. */
  async #decide(moment: Moment, id: string, effect: InvocationEffect): Promise<boolean> {
    const { error, answer } = effect;
    const instead = moment.at === 'before' ? answer : undefined;
    const streamed = this.#streamedAnswer(effect);
    if (effect.exit?.once === 'answered') this.#onceAnswered ??= { id, exit: effect.exit };
    const exit = effect.exit?.once === 'now' ? effect.exit : undefined;
    if ([error, instead, streamed, exit].every((one) => one === undefined)) return false;
    if (!(await this.#injector.fire(this.#invocation, id))) return false;
    if (error !== undefined) throw error;
    if (exit !== undefined) {
      this.#invocation.ending = new Ending(id, exit, undefined);
      throw new ProcessEnds(exit.code);
    }
    this.instead = instead;
    this.streamedInstead = streamed;
    return true;
  }

  /** What gives the answer of a handler that streams instead of running it. */
  #streamedAnswer({ stream }: InvocationEffect): (() => Promise<void>) | undefined {
    if (stream === undefined || !isInstead(stream)) return undefined;
    const [, output] = this.#call.args;
    if (isResponseStream(output)) return () => answerStreamed(output, stream.answer);
    this.#injector.skipped('not-applicable');
    return undefined;
  }
}

function isInstead(effect: StreamEffect): effect is Extract<StreamEffect, { type: 'answer' }> {
  return effect.type === 'answer' && effect.when === 'instead';
}
