import { allBlind, brokenChecks, describeBreak, recovered } from '../checks.ts';
import type { Draft } from '../draft.ts';
import type { CommandResult, UnitObservation } from '../events.ts';
import { absentInControl, absorb, deviated, logJoint, logUneven, unevenGroups } from '../judge.ts';
import { end } from './ending.ts';
import { firstStop } from './injecting.ts';
import { evidenceSoFar, partsOver } from '../evidence-so-far.ts';
import { startReverting } from './reverting.ts';
import { directivesOf } from '../directives.ts';
import { sparedOf } from '../skipped.ts';
import { stickyTargets } from '../sticky.ts';
import { sumCounts } from '../telemetry.ts';

/** Looks that may fail in a row: a run that cannot be watched is ended. */
const maxBlindLooks = 5;

/** Asks for a look, unless one is under way. */
export function look(draft: Draft, final: boolean): void {
  if (draft.outstanding('observe').length === 0) draft.issue({ type: 'observe', final });
}

export function onObserved(draft: Draft, final: boolean, result: CommandResult): void {
  const seen = result.type === 'observed' && canJudge(draft, result);
  if (seen) absorbLook(draft, result);
  else onBlindLook(draft, result);
  if (draft.run.phase !== 'recovering') return;
  // What broke again right at the last look is watched on, as long as there is time.
  if (final && seen && (isOver(draft) || recovered(draft.run))) end(draft);
  else if (draft.run.measuring.failures >= maxBlindLooks) endBlind(draft);
}

type Look = Extract<CommandResult, { type: 'observed' }>;

/** Where the checks are all there is to judge, a look that could read none of them saw nothing. */
function canJudge({ run }: Draft, { evidence, checks }: Look): boolean {
  if (evidence.some(({ logHarm }) => Number.isNaN(logHarm))) return false;
  return run.hypotheses.length > 0 || !allBlind(checks);
}

function absorbLook(draft: Draft, look: Look): void {
  const { run } = draft;
  const groups = look.targets.flatMap((target) => [target.experimental, target.control]);
  const sum = (pick: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + pick(group), 0);
  draft.patch({
    hypotheses: absorb(run.hypotheses, look.evidence),
    measuring: {
      ...run.measuring,
      failures: 0,
      lastError: null,
      pending: sum((group) => group.started - group.finished - group.late),
      enrolled: sum((group) => group.started),
      maxLogUneven: Math.max(
        run.measuring.maxLogUneven,
        ...drawnByRequest(run, look).map((target) => logUneven(target, run.settings.judge.pi)),
      ),
      fired: sumCounts(look.targets.map((target) => target.fired)),
      ...directivesOf(run, look.targets),
      ...sparedOf(look.targets),
      inEffect: effectsOf(run.measuring.inEffect, look.effects),
      realms: look.targets.reduce((total, target) => total + target.realms, 0),
    },
  });
  draft.absorbChecks(look.checks);
  const joint = logJoint(look.evidence, run.hypotheses);
  if (run.hypotheses.length > 0)
    draft.note({ type: 'measurement', targets: look.targets, evidence: look.evidence, logJoint: joint });
  if (draft.run.phase === 'observing') stopIfHarmful(draft, look, joint);
  if (draft.run.phase === 'observing') tellEvidence(draft);
}

/** Groups that stick by a value are as even as the shares of who has which value. */
function drawnByRequest({ experiment }: Draft['run'], { targets }: Look): Look['targets'] {
  const sticky = stickyTargets(experiment);
  return targets.filter(({ target }) => !sticky.has(target));
}

/** Now and then people hear how it stands. */
function tellEvidence(draft: Draft): void {
  const parts = partsOver(draft.run, draft.at);
  const { measuring } = draft.run;
  if (parts <= (measuring.partsTold ?? 0)) return;
  draft.patch({ measuring: { ...measuring, partsTold: parts } });
  draft.tellNext('evidence', 'observing', evidenceSoFar(draft.run, draft.at));
}

/** Seen once, an effect stays seen. */
function effectsOf(
  before: Readonly<Record<string, boolean>>,
  effects: readonly UnitObservation[],
): Readonly<Record<string, boolean>> {
  const after: Record<string, boolean> = { ...before };
  for (const { unit, inEffect } of effects)
    if (inEffect !== null) after[unit] = after[unit] === true || inEffect;
  return after;
}

function stopIfHarmful(draft: Draft, look: Look, joint: number): void {
  const stop = firstStop(draft.run, look.stops);
  if (stop !== null) {
    draft.abort(stop.reason);
    startReverting(draft, stop.sentence);
    return;
  }
  if (unevenGroups(draft.run)) {
    draft.abort({ code: 'not-measurable', detail: 'The groups are not split as they were drawn' });
    startReverting(draft, 'The groups are not split as they were drawn, so nothing can be compared.');
    return;
  }
  if (draft.run.experiment.abort?.onDeviation === false) return;
  const broken = brokenChecks(draft.run);
  if (broken.length > 0) {
    const detail = broken
      .map((check) => describeBreak(check, check.broke.during ?? { detail: '' }))
      .join('; ');
    draft.abort({ code: 'deviation', hypotheses: broken.map(({ signal }) => signal), detail });
    startReverting(draft, `The steady state does not hold: ${detail}.`);
    return;
  }
  stopOnEvidence(draft, joint);
}

function stopOnEvidence(draft: Draft, joint: number): void {
  const { judge } = draft.run.settings;
  const absent = draft.run.hypotheses.filter((state) => absentInControl(state, judge));
  if (absent.length > 0) {
    const detail = absent.map((state) => state.claim).join('; ');
    draft.abort({ code: 'steady-state-absent', detail });
    startReverting(draft, `The control group breaks the tolerance as well: ${detail}.`);
  } else if (joint >= Math.log(1 / judge.alphaAbort)) {
    const broken = draft.run.hypotheses.filter((state) => deviated(state, judge));
    const named =
      broken.length > 0
        ? broken
        : [...draft.run.hypotheses].sort((a, b) => b.maxLogHarm - a.maxLogHarm).slice(0, 1);
    const detail = named.map((state) => state.claim).join('; ');
    draft.abort({ code: 'deviation', hypotheses: named.map((state) => state.hypothesis), detail });
    startReverting(draft, `The steady state does not hold: ${detail}.`);
  }
}

function onBlindLook(draft: Draft, result: CommandResult): void {
  const message = messageOf(result);
  const failures = draft.run.measuring.failures + 1;
  draft.patch({ measuring: { ...draft.run.measuring, failures, lastError: message } });
  draft.note({ type: 'event', event: 'look-failed', detail: message });
  if (draft.run.phase !== 'observing' || failures < maxBlindLooks) return;
  draft.abort({ code: 'not-measurable', detail: message });
  startReverting(draft, `The last ${failures} looks failed: ${message}`);
}

function messageOf(result: CommandResult): string {
  if (result.type === 'failed') return `${result.code}: ${result.message}`;
  if (result.type !== 'observed') return `unexpected ${result.type}`;
  const [blind] = result.checks;
  return blind === undefined ? 'evidence that is no number' : `signal ${blind.signal}: ${blind.detail}`;
}

/**
 * Recovering ends once every outcome is known or can no longer be, and what must hold after the fault holds; where it
 * does not, once the time for it is over. The last look counts everything.
 */
export function driveRecovery(draft: Draft): void {
  const { run } = draft;
  const nothingPending =
    run.experiment.recovery === undefined &&
    run.measuring.pending === 0 &&
    recovered(run) &&
    draft.at >= run.phaseSince + 2 * run.settings.tickMs;
  look(draft, isOver(draft) || nothingPending);
}

function isOver({ run, at }: Draft): boolean {
  return run.recoverUntil !== null && at >= run.recoverUntil;
}

function endBlind(draft: Draft): void {
  draft.decide('end-without-data', `The last look failed: ${draft.run.measuring.lastError ?? 'unknown'}`);
  end(draft);
}
