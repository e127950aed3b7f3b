import { type CheckResult, type Part, partOf } from '../core/checks.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import type { Clock, Ports } from '../engine/ports.ts';
import type { Probes } from './probes.ts';
import { batched } from './batched.ts';
import { effectsOf, type EffectMetrics } from './effects.ts';
import { checkModuleOf, isComparison } from './modules.ts';
import type { CheckedSignal, LookContext } from './module.ts';

/** A look has ten seconds; what is asked by way of CloudWatch has to be known before. */
const lookMs = 8_500;

/**
 * Looks at the signals that are no statistics. All of a look's metrics are read with one call, and so are its alarms;
 * one signal that cannot be read is unknown, and keeps no other from being judged.
 */
export function prober(
  probes: Probes,
  clock: Clock,
  effectMetrics: EffectMetrics = () => [],
): Ports['probe'] {
  return async (run, at) => {
    const part = partOf(run.phase);
    if (part === null) return { checks: [], effects: [] };
    const together = batched(probes);
    const signals = checkedSignals(run, part);
    const metrics = part === 'before' ? [] : effectMetrics(run);
    if (signals.length === 0 && metrics.length === 0) return { checks: [], effects: [] };
    return clock.deadline(lookMs + 1_000, async (signal) => {
      const context: LookContext = {
        probes: together,
        at,
        since: sinceOf(run, part),
        signal,
        deadline: (afterMs, work) => clock.deadline(afterMs, work),
        now: () => clock.now(),
      };
      const [checks, effects] = await Promise.all([
        Promise.all(signals.map((one) => lookAt(one, part, context, clock))),
        effectsOf(run, metrics, context, (work) => clock.deadline(lookMs, work)),
      ]);
      return { checks, effects };
    });
  };
}

/** Those that the run judges, which may be fewer than its file names. */
function checkedSignals(run: Run, part: Part): readonly CheckedSignal[] {
  const judged = new Set(run.checks.filter(({ when }) => when.includes(part)).map(({ signal }) => signal));
  return run.experiment.steadyState.flatMap((signal) =>
    !isComparison(signal) && judged.has(signal.name) ? [signal] : [],
  );
}

async function lookAt(
  signal: CheckedSignal,
  part: Part,
  context: LookContext,
  clock: Clock,
): Promise<CheckResult> {
  const module = checkModuleOf(signal);
  try {
    const judged = await clock.deadline(lookMs, (stop) => module.look(signal, { ...context, signal: stop }));
    return { signal: signal.name, part, ...judged };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const detail = `could not be read: ${name}: ${message}`.slice(0, 300);
    return { signal: signal.name, part, state: 'unknown', value: null, detail, blind: true };
  }
}

/** From when on a value says something about this part of the run. */
function sinceOf({ injection, phaseSince }: Run, part: Part): EpochMs | null {
  if (part === 'before') return null;
  return part === 'during' ? (injection?.observingSince ?? phaseSince) : phaseSince;
}
