import type { EpochMs } from '../ids.ts';
import { experimentsOf, type Pause, pauseOf, titleOf } from './definition.ts';
import type { SessionDraft } from './draft.ts';
import { endSession } from './ending.ts';
import { stopsTheRest, tally } from './results.ts';
import { giveUpRuns, isUnsettled, runsOf, startWaiting } from './runs.ts';
import type { Session, SessionRun } from './session.ts';
import { minutes, verb } from './words.ts';

/** Beside its planned time a run checks, takes its faults back, and reads that they are gone. */
export const aroundRunMs = 60_000;
const windowOver = 'The window was over.';

/** What follows in a session that runs: the next step, the end of this one, or nothing yet. */
export function driveSteps(draft: SessionDraft): boolean {
  const { steps } = draft.session;
  const index = steps.findIndex(({ state }) => state === 'waiting' || state === 'running');
  const step = steps[index];
  if (step === undefined) return endSession(draft, `Every step is done: ${tally(draft.session)}.`);
  return step.state === 'running' ? watchStep(draft, index) : beginStep(draft, index);
}

function watchStep(draft: SessionDraft, index: number): boolean {
  const { session } = draft;
  const runs = session.steps[index]?.runs ?? [];
  const harmed = runs.map(harmOf).find((reason) => reason !== null);
  if (harmed !== undefined && session.gameDay.onAbort !== 'continue') {
    draft.stop({ code: 'run', reason: harmed });
    return true;
  }
  // A start that did not happen: once more, as long as the run can end in time.
  if (runs.some(({ state }) => state === 'waiting')) {
    const late = tooLate(session, index, draft.at);
    if (late === null) startWaiting(draft, index);
    else giveUpRuns(draft, index, late);
    return true;
  }
  if (runs.some(isUnsettled)) return false;
  draft.setStep(index, { state: 'done' });
  draft.tell(
    'step',
    `Step ${index + 1} is done: ${tally({ steps: [{ ...stepOf(draft, index) }] })}.`,
    index + 1,
  );
  return true;
}

/** Why nothing else may begin after this run, as soon as that is known; null where that is not so. */
function harmOf({ experiment, outcome, abort }: SessionRun): string | null {
  if (outcome !== null)
    return stopsTheRest(outcome) ? `${experiment} ${verb(outcome.result)}: ${outcome.reason}` : null;
  return abort === null ? null : `${experiment} is being aborted: ${abort}.`;
}

function beginStep(draft: SessionDraft, index: number): boolean {
  const { session } = draft;
  // What was over and is open again has a fault in place.
  if (runsOf(session).some(isUnsettled)) return false;
  const late = tooLate(session, index, draft.at);
  if (late !== null) {
    draft.stop({ code: 'window', reason: late });
    return true;
  }
  const step = session.gameDay.steps[index];
  const pause = pauseOf(step);
  if (pause === null) {
    draft.setStep(index, { state: 'running' });
    draft.tell('step', `Step ${index + 1} begins: ${titleOf(step)}.`, index + 1);
    startWaiting(draft, index);
    return true;
  }
  draft.patch({ phase: 'paused', phaseSince: draft.at, askedSeq: session.seq + 1 });
  draft.setStep(index, { state: 'paused' });
  draft.tell('pause', pause.say, index + 1);
  return true;
}

/** Why the step would not be over before the window is; null where it would. */
function tooLate(session: Session, index: number, at: EpochMs): string | null {
  const { endsAt } = session;
  const needsMs = stepMs(session, index);
  if (endsAt === null || at + needsMs <= endsAt) return null;
  const leftMs = endsAt - at;
  return leftMs <= 0
    ? windowOver
    : `Step ${index + 1} takes up to ${minutes(needsMs)}, and the window ended in ${minutes(leftMs)}.`;
}

/** How long a step takes at most; a pause is over with the window. */
function stepMs({ gameDay, lengths }: Session, index: number): number {
  const experiments = experimentsOf(gameDay.steps[index]);
  if (experiments.length === 0) return 1;
  return Math.max(...experiments.map((name) => lengths[name] ?? 0)) + aroundRunMs;
}

/** A pause ends by its time, or by nobody's answer. */
export function drivePause(draft: SessionDraft): boolean {
  const { gameDay, steps, phaseSince, endsAt } = draft.session;
  const index = steps.findIndex(({ state }) => state === 'paused');
  const pause = pauseOf(gameDay.steps[index]);
  if (pause === null) throw new Error(`Session ${draft.session.id} is paused without a pause`);
  const waits = pause.until === 'approved';
  const dueAt = phaseSince + pauseMs(pause);
  if (endsAt !== null && draft.at >= endsAt && (waits || dueAt > endsAt)) {
    draft.stop({ code: 'window', reason: windowOver });
    return true;
  }
  if (draft.at < dueAt) return false;
  if (waits) {
    draft.stop({ code: 'not-continued', reason: `Nobody let it go on within ${minutes(pauseMs(pause))}.` });
    return true;
  }
  draft.patch({ phase: 'running', phaseSince: draft.at });
  draft.setStep(index, { state: 'done', reason: 'Its time was over.' });
  draft.tell('pause', 'The pause is over.', index + 1);
  return true;
}

/** How long a pause lasts at most. */
export function pauseMs({ until, atMost }: Pause): number {
  return until === 'approved' ? (atMost ?? 0) : until;
}

function stepOf({ session }: SessionDraft, index: number): Session['steps'][number] {
  const step = session.steps[index];
  if (step === undefined) throw new Error(`Session ${session.id} has no step ${index + 1}`);
  return step;
}
