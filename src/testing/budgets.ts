import type { Dose } from '../generated/types.ts';
import { Limits } from '../layer/run/limits.ts';
import type { RunMemory } from '../layer/run/memory.ts';
import type { Reporter } from '../layer/telemetry/reporter.ts';
import type { Recorder } from './recorder.ts';

/** The limits of the layer; what a budget has refused is written down. */
export class Budgets extends Limits {
  readonly #recorder: Recorder;

  constructor(dose: Dose, used: RunMemory, reporter: Reporter, recorder: Recorder) {
    super(dose, used, reporter);
    this.#recorder = recorder;
  }

  override claim(faultId: string): boolean {
    const claimed = super.claim(faultId);
    if (!claimed) this.#recorder.refused(faultId);
    return claimed;
  }
}
