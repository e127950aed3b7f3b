import { onlyDirectives } from './directives.ts';
import type { EpochMs } from './ids.ts';
import { deviated } from './judge.ts';
import type { Run } from './run.ts';
import { stickyDoubt } from './sticky.ts';
import { formatDuration } from './units.ts';

/** Of a shorter run nobody wants to hear before its end. */
const shortestMs = 4 * 60_000;
/** A run as long as this is told of at each quarter, a shorter one at half-time. */
const longMs = 20 * 60_000;
const secondMs = 1_000;
/** Odds for harm that people should hear of before they are enough to end the run. */
const notableOdds = 3;

/** How many parts of the planned time are over of which people hear: its halves, or its quarters. The end tells itself. */
export function partsOver({ injection, experiment }: Run, at: EpochMs): number {
  const since = injection?.observingSince ?? null;
  if (injection === null || since === null || experiment.duration < shortestMs) return 0;
  const parts = experiment.duration < longMs ? 2 : 4;
  return Math.min(parts - 1, Math.floor((parts * (at - since)) / Math.max(1, injection.endsAt - since)));
}

/** What a run under way shows, in a few sentences. */
export function evidenceSoFar(run: Run, at: EpochMs): string {
  const { injection, measuring, experiment } = run;
  const elapsedMs = at - (injection?.observingSince ?? at);
  const time = `${formatDuration(Math.round(elapsedMs / secondMs) * secondMs)} of ${formatDuration(experiment.duration)}.`;
  const inGroups = measuring.realms > 0 && !onlyDirectives(experiment);
  const enrolled = inGroups ? ` ${measuring.enrolled} invocations in both groups.` : '';
  const directed =
    measuring.directives === undefined ? '' : ` ${measuring.directives.invocations} directed requests.`;
  return `${time}${enrolled}${directed} ${[...hypothesesOf(run), ...checksOf(run)].join('; ')}.`;
}

function hypothesesOf({ experiment, hypotheses, settings: { judge } }: Run): readonly string[] {
  const needed = Math.log(1 / judge.alphaHeld);
  return hypotheses.map((state) => {
    if (deviated(state, judge)) return `${state.claim}: does not hold`;
    if (state.maxLogHarm >= Math.log(notableOdds)) return `${state.claim}: some evidence of harm`;
    const isShown = state.logHeld !== null && state.logHeld >= needed;
    return isShown && stickyDoubt(experiment) === null
      ? `${state.claim}: shown to hold so far`
      : `${state.claim}: no sign of harm so far`;
  });
}

function checksOf({ checks }: Run): readonly string[] {
  return checks
    .filter(({ when }) => when.includes('during'))
    .map(({ claim, broke }) => `${claim}: ${broke.during === undefined ? 'holds' : 'does not hold'}`);
}
