import type { EpochMs } from '../core/ids.ts';
import type { Experiment } from '../generated/types.ts';

/** What starts registered experiments by itself: their schedules, and rules for the events that they name. */
export interface ExperimentTriggers {
  /**
   * Leaves exactly what the experiment asks for. Throws `TriggerError` where AWS does not take it. A rate has its first
   * slot at `firstSlot`: without a start EventBridge Scheduler would begin at once.
   */
  sync(experiment: Experiment, firstSlot: EpochMs | undefined): Promise<void>;
  remove(name: string): Promise<void>;
}

/** AWS does not take a schedule or an event pattern, or has no such bus: the file is wrong. */
export class TriggerError extends Error {
  override readonly name = 'TriggerError';
  readonly code = 'bad-trigger';
  readonly part: 'schedule' | 'pattern' | 'bus';

  constructor(part: TriggerError['part'], message: string, options?: { cause: unknown }) {
    super(message, options);
    this.part = part;
  }
}
