import type { UnitObservation } from '../core/events.ts';
import type { EpochMs, UnitId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import type { LookContext } from './module.ts';

/** A metric that is above zero where a unit's change made a difference to somebody: throttled calls, rejected requests. */
export interface EffectMetric {
  readonly unit: UnitId;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metrics that show what a run's changes do; of units of which that cannot be seen there are none. */
export type EffectMetrics = (run: Run) => readonly EffectMetric[];

const periodMs = 60_000;

/** Whether the changes made a difference so far. What cannot be read is not known. */
export async function effectsOf(
  run: Run,
  metrics: readonly EffectMetric[],
  { probes, at, signal }: Pick<LookContext, 'probes' | 'at' | 'signal'>,
  within: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>,
): Promise<readonly UnitObservation[]> {
  const span = spanOf(run, at);
  return Promise.all(
    metrics.map(async ({ unit, ...metric }): Promise<UnitObservation> => {
      if (span === null) return { unit, inEffect: null, detail: 'not in place yet' };
      try {
        const query = { ...metric, stat: 'Sum', periodMs, ...span };
        const [datapoints = []] = await within(() => probes.metrics([query], signal));
        const sum = datapoints.reduce((total, { value }) => total + value, 0);
        // CloudWatch may be late: that nothing is there yet says nothing yet.
        const seen = sum > 0 || at >= span.from + 3 * periodMs;
        return { unit, inEffect: seen ? sum > 0 : null, detail: `${metric.metric} ${sum}` };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { unit, inEffect: null, detail: `${metric.metric} could not be read: ${message}` };
      }
    }),
  );
}

/** Every period that the fault may have been in place in, however little of it. */
function spanOf({ injection }: Run, at: EpochMs): { readonly from: EpochMs; readonly until: EpochMs } | null {
  if (injection === null) return null;
  const from = Math.floor(injection.startedAt / periodMs) * periodMs;
  return { from, until: Math.floor(at / periodMs) * periodMs + periodMs };
}
