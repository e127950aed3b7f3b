import type { ResponseStream } from './response-stream.ts';
import type { StreamEffect } from './stream-effect.ts';
import { writeAnswer } from './streamed-answer.ts';

/** What a fault does to a stream, with the fault's id. */
export interface PlannedStreamEffect {
  readonly id: string;
  readonly effect: StreamEffect;
}

export type Waited = 'waited' | 'nothing' | 'denied';

/** What injects: it looks at the dose, waits and counts. */
export interface StreamInjection {
  /**
   * Waits as far as dose and remaining time allow: `nothing` where there was nothing to wait for.
   * @param again the fault has been counted for this answer
   */
  delay(faultId: string, delayMs: number, untilTimeout: boolean, again: boolean): Promise<Waited>;
  /** Whether it may be injected now; it is counted as injected then. */
  fire(faultId: string): Promise<boolean>;
  /** The answer has nothing that a fault could act on. */
  notApplicable(): void;
}

type Delay = Extract<StreamEffect, { type: 'delay' }>;
type Abort = Extract<StreamEffect, { type: 'abort' }>;

/** The faults that act on one streamed answer: delays add up, then the first error or answer in file order counts. */
export class StreamFaults {
  /** The error that broke the answer off. */
  injected: Error | undefined;
  readonly #effects: readonly PlannedStreamEffect[];
  readonly #injection: StreamInjection;
  readonly #counted = new Set<string>();
  readonly #over = new Set<string>();
  #discards: Promise<boolean> | undefined;

  constructor(effects: readonly PlannedStreamEffect[], injection: StreamInjection) {
    this.#effects = effects;
    this.#injection = injection;
  }

  /** Something may break the answer off. */
  get mayAbort(): boolean {
    return this.#effects.some(({ effect }) => effect.type === 'abort');
  }

  /** Whether all that the handler writes is left out, for another answer; decided once, when it begins to write. */
  discards(): Promise<boolean> {
    this.#discards ??= this.#decideAnswer();
    return this.#discards;
  }

  /** Writes the answer that takes the place of the handler's. */
  async answer(stream: ResponseStream): Promise<void> {
    const answer = this.#answer;
    if (answer !== undefined) await writeAnswer(stream, answer.effect.answer);
  }

  async beforeChunk(chunk: number): Promise<void> {
    if (chunk === 0) await this.#wait('first-byte', chunk);
    await this.#wait('chunks', chunk);
  }

  async afterFirstChunk(): Promise<void> {
    await this.#abort('first-chunk');
  }

  /** @param empty nothing has been written, and nothing will be */
  async beforeEnd(empty: boolean): Promise<void> {
    if (empty) {
      await this.#wait('first-byte', 0);
      for (const { effect } of this.#effects) if (needsChunk(effect)) this.#injection.notApplicable();
    }
    await this.#wait('end', 0);
    await this.#abort('end');
  }

  get #answer(): { id: string; effect: Extract<StreamEffect, { type: 'answer' }> } | undefined {
    return this.#effects.flatMap(({ id, effect }) => (effect.type === 'answer' ? [{ id, effect }] : []))[0];
  }

  async #decideAnswer(): Promise<boolean> {
    const answer = this.#answer;
    return answer !== undefined && (await this.#injection.fire(answer.id));
  }

  async #wait(at: Delay['at'], chunk: number): Promise<void> {
    for (const { id, effect } of this.#effects) {
      if (effect.type !== 'delay' || effect.at !== at || this.#over.has(id)) continue;
      const delayMs = effect.delayMs(chunk);
      const waited = await this.#injection.delay(id, delayMs, effect.untilTimeout, this.#counted.has(id));
      if (waited === 'waited') this.#counted.add(id);
      if (waited === 'denied') this.#over.add(id);
    }
  }

  async #abort(at: Abort['at']): Promise<void> {
    for (const { id, effect } of this.#effects) {
      if (effect.type !== 'abort' || effect.at !== at || !(await this.#injection.fire(id))) continue;
      this.injected = effect.error;
      throw effect.error;
    }
  }
}

function needsChunk(effect: StreamEffect): boolean {
  return effect.type === 'abort'
    ? effect.at === 'first-chunk'
    : effect.type === 'delay' && effect.at === 'chunks';
}
