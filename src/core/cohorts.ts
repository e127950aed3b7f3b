import type { Dose } from '../generated/types.ts';
import type { Run } from './run.ts';
import { cohortLengthMs } from './telemetry.ts';

/** The cohorts that the dose's telemetry is counted in. */
export function cohortsOf(run: Run): Dose['tick'] {
  if (run.injection === null) throw new Error(`Run ${run.id} has no injection to count cohorts from`);
  const { tickMs, graceMs } = run.settings;
  return {
    originAt: run.injection.startedAt,
    lengthMs: cohortLengthMs(tickMs, run.measuring.deadlineMs, graceMs),
  };
}
