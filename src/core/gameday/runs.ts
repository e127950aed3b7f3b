import type { EpochMs, RunId } from '../ids.ts';
import { absorbDefinition } from './redefine.ts';
import type { SessionDraft } from './draft.ts';
import type { SeenRun, SessionEvent, SessionResult } from './events.ts';
import { resultOf } from './results.ts';
import type { Session, SessionRun } from './session.ts';

type Look = Extract<SessionEvent, { type: 'look' }>;

/** Takes in what was read of the world. */
export function absorbLook(draft: SessionDraft, { at, killSwitch, runs, lengths, registered }: Look): void {
  if (draft.session.phase === 'ended') return;
  if (registered !== undefined) absorbDefinition(draft, registered);
  const { session } = draft;
  const thrown = killSwitch.on || killSwitch.generation > session.killSwitchGeneration;
  if (thrown) draft.stop({ code: 'kill-switch', reason: 'The kill switch was thrown.' });
  if (Object.entries(lengths).some(([name, length]) => session.lengths[name] !== length))
    draft.patch({ lengths: { ...session.lengths, ...lengths } });
  for (const one of runs) absorbRun(draft, one, at);
}

function absorbRun(draft: SessionDraft, { run: id, seen }: SeenRun, at: EpochMs): void {
  const run = runsOf(draft.session).find(({ run }) => run === id);
  if (run === undefined || run.state === 'waiting' || run.state === 'not-run') return;
  if (seen === null) absorbAbsence(draft, run, at);
  else if (seen.phase === 'ended') {
    if (run.state === 'ended' && run.phase === 'ended') return;
    settleStart(draft, id);
    draft.setRun(id, { state: 'ended', phase: 'ended', outcome: resultOf(seen.outcome) });
  } else if (run.phase !== seen.phase || run.abort !== (seen.abort?.code ?? null)) {
    settleStart(draft, id);
    const state = run.state === 'starting' ? 'under-way' : run.state;
    // One that is opened again keeps its outcome; nothing begins beside it until it has ended again.
    draft.setRun(id, { phase: seen.phase, state, abort: seen.abort?.code ?? null });
  }
}

/** There is no such run. One that was handed out may still come into being, until its lease is over. */
function absorbAbsence(draft: SessionDraft, run: SessionRun, at: EpochMs): void {
  const start = startOf(draft.session, run.run);
  if (run.state === 'starting' && start !== undefined && at < start.leaseUntil) return;
  if (run.state === 'starting') {
    settleStart(draft, run.run);
    draft.setRun(run.run, { state: 'waiting' });
  } else if (run.state === 'under-way')
    draft.setRun(run.run, {
      state: 'ended',
      phase: null,
      outcome: { result: 'errored', code: 'vanished', reason: 'There is no such run any more.' },
    });
}

/** Takes in what became of a start. */
export function absorbStart(draft: SessionDraft, id: RunId, result: SessionResult): void {
  const run = runsOf(draft.session).find((candidate) => candidate.run === id);
  if (run?.state !== 'starting') return;
  if (result.type === 'refused' && result.code === 'no-longer-wanted') draft.setRun(id, { state: 'waiting' });
  else if (result.type === 'refused') {
    const { code, reason } = result;
    draft.setRun(id, { state: 'ended', outcome: { result: 'refused', code, reason } });
  } else draft.setRun(id, { state: 'under-way' });
}

/** Hands out the start of every run of a step that still waits. */
export function startWaiting(draft: SessionDraft, index: number): void {
  const step = draft.session.steps[index];
  for (const { experiment, run, state } of step?.runs ?? []) {
    if (state !== 'waiting') continue;
    draft.setRun(run, { state: 'starting' });
    const leaseUntil = draft.at + draft.session.settings.startLeaseMs;
    draft.issue({ type: 'start-run', experiment, run, step: index + 1, leaseUntil });
  }
}

/** Asks every run that exists to end; one whose start is not known is asked once it is. */
export function abortUnderWay(draft: SessionDraft, by: string): void {
  for (const { run, state, aborting } of runsOf(draft.session)) {
    if (state !== 'under-way' || aborting) continue;
    draft.setRun(run, { aborting: true });
    draft.issue({ type: 'abort-run', run, by });
  }
}

/** What waits for its start never runs. */
export function giveUpRuns(draft: SessionDraft, index: number, reason: string): void {
  for (const { run, state } of draft.session.steps[index]?.runs ?? [])
    if (state === 'waiting')
      draft.setRun(run, { state: 'not-run', outcome: { result: 'not-run', code: null, reason } });
}

/** The same in every step; those that have not begun never do. */
export function giveUpWaiting(draft: SessionDraft, reason: string): void {
  for (const [index, { state }] of draft.session.steps.entries()) {
    giveUpRuns(draft, index, reason);
    if (state === 'waiting') draft.setStep(index, { state: 'not-run', reason });
  }
}

export function runsOf({ steps }: Pick<Session, 'steps'>): readonly SessionRun[] {
  return steps.flatMap(({ runs }) => runs);
}

/** A run that has begun or may have, or that is open again. */
export function isUnsettled({ state, phase }: SessionRun): boolean {
  return (
    state === 'starting' ||
    state === 'under-way' ||
    (state === 'ended' && phase !== null && phase !== 'ended')
  );
}

function startOf(session: Session, id: RunId): { readonly leaseUntil: EpochMs } | undefined {
  const found = session.outbox.find(({ command }) => command.type === 'start-run' && command.run === id);
  return found?.command.type === 'start-run' ? found.command : undefined;
}

function settleStart(draft: SessionDraft, id: RunId): void {
  for (const { id: entry, command } of draft.session.outbox)
    if (command.type === 'start-run' && command.run === id) draft.settle(entry);
}
