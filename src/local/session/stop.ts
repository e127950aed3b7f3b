import { systemClock } from '../../adapters/system-clock.ts';
import type { RunId } from '../../core/ids.ts';
import type { LocalController } from '../controller.ts';

/** Somebody's wish to end the run: it may come before there is a run that could be told. */
export class Stop {
  readonly #controller: LocalController;
  readonly #id: RunId;
  readonly #asked = new AbortController();
  #by: string | undefined;

  constructor(controller: LocalController, id: RunId) {
    this.#controller = controller;
    this.#id = id;
  }

  get asked(): AbortSignal {
    return this.#asked.signal;
  }

  async ask(by: string): Promise<void> {
    this.#by ??= by;
    this.#asked.abort();
    await this.repeat();
  }

  /** Tells the run again, if there was a wish; a run that ends already is not changed by it. */
  async repeat(): Promise<void> {
    if (this.#by === undefined) return;
    await this.#controller.engine.deliver(this.#id, { type: 'abort', at: systemClock.now(), by: this.#by });
  }
}
