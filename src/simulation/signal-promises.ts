import type { Run } from '../core/run.ts';
import type { Environment } from './environment.ts';

interface Tell {
  broken(text: string): void;
  note(what: string): void;
}

/** Nothing is put in place where the steady state is absent, nor left where it breaks; and nobody says that it held. */
export function inspectChecks(run: Run, wellBefore: Environment['wellBefore'], tell: Tell): void {
  const { checks, phase, outcome, experiment } = run;
  if (checks.length === 0) return;
  if (phase === 'injecting' && !wellBefore.has(run.id))
    tell.broken(`Run ${run.id} injects though the steady state was absent at every look before`);
  const broken = checks.some(({ broke }) => broke.during !== undefined);
  if (broken) tell.note('signal broken under the fault');
  if (broken && phase === 'observing' && experiment.abort?.onDeviation !== false)
    tell.broken(`Run ${run.id} goes on though a signal was seen to break`);
  if (phase !== 'ended' || outcome === null || !('verdict' in outcome)) return;
  const { verdict } = outcome.verdict;
  tell.note(`verdict on signals: ${verdict}`);
  const shown = checks.every(
    ({ counts, latest }) => counts.during.kept > 0 && counts.after.kept > 0 && latest?.state === 'kept',
  );
  if (verdict === 'held' && (broken || !shown))
    tell.broken(`Run ${run.id} is said to have held, which no look after the fault showed`);
}
