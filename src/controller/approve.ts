import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { lengthOf, rulesOf } from '../core/calendar/coming.ts';
import { openFor } from '../core/calendar/open.ts';
import { type Other, fourEyes } from '../core/four-eyes.ts';
import type { Guardrails, Permission } from '../core/guardrails.ts';
import type { EpochMs, RunId } from '../core/ids.ts';
import {
  type Allowed,
  allowed,
  describe,
  type GroupMembers,
  groupsToRead,
  type Identity,
} from '../core/identity.ts';
import { approvalDueAt } from '../core/phases/waiting.ts';
import type { SessionPhase } from '../core/gameday/session.ts';
import type { Phase, Run } from '../core/run.ts';
import type { StoredRun } from '../engine/ports.ts';
import type { Controller } from './controller.ts';
import { log } from './log.ts';

/** What somebody decides on a run that waits, having seen it at `seq` and the kill switch at `generation`. */
export interface DecisionRequest {
  /** Or that of a session, which is decided on as a whole. */
  readonly run: RunId;
  readonly decision: 'approve' | 'decline' | 'postpone';
  readonly seq: number;
  readonly generation: number;
  /** For `postpone`: the new start. */
  readonly startAt?: EpochMs;
  readonly by: Identity;
  /** Members of Slack groups, asked for where the settings need it. */
  readonly readGroups: (groups: readonly string[]) => Promise<GroupMembers>;
}

export type DecisionRefusal =
  'unknown-run' | 'not-waiting' | 'expired' | 'outdated' | 'not-permitted' | 'four-eyes' | 'impossible-time';

export type Decided =
  | {
      readonly result: 'approved' | 'declined' | 'postponed';
      readonly run: RunId;
      readonly phase: Phase | SessionPhase;
      readonly startAt: EpochMs;
    }
  | {
      readonly result: 'refused';
      readonly run: RunId;
      readonly code: DecisionRefusal;
      readonly reason: string;
    };

type Refused = Pick<Extract<Decided, { result: 'refused' }>, 'code' | 'reason'>;

/**
 * Decides on a run for somebody whose identity is proved. What the run is becomes of it by the core's own event, which is
 * conditional on what the person saw; its journal says by whom and from where.
 */
export async function decideOnRun(
  { engine, store, control, environment, ports }: Controller,
  request: DecisionRequest,
): Promise<Decided> {
  const { run: id, decision, seq, generation, by } = request;
  const at = ports.clock.now();
  const [stored, guardrails] = await Promise.all([
    store.loadRun(id),
    readGuardrails(control, environment.stage),
  ]);
  const refused =
    stored === undefined
      ? ({ code: 'unknown-run', reason: `There is no run ${id} here.` } as const)
      : (refusalOfState(stored, request, at) ??
        (await refusalOfPerson(stored.run, request, guardrails, environment)));
  if (refused !== null) {
    log('warn', 'a decision on a run was refused', { run: id, decision, by: describe(by), ...refused });
    return { result: 'refused', run: id, ...refused };
  }
  const who = describe(by);
  log('info', 'somebody decides on a run', { run: id, decision, by: who });
  const after = await engine.deliver(
    id,
    decision === 'postpone'
      ? { type: 'postpone', at, by: who, startAt: request.startAt ?? 0 }
      : { type: 'approval', at, by: who, approved: decision === 'approve', seq, generation },
  );
  return outcomeOf(request, after, at, who);
}

/** What of the run itself stands against it, on what was just read. */
function refusalOfState(
  { run, killSwitch }: StoredRun,
  { decision, seq, generation, startAt }: DecisionRequest,
  at: EpochMs,
): Refused | null {
  const waits = run.phase === 'awaiting-approval' || (decision === 'postpone' && run.phase === 'announced');
  if (!waits) return { code: 'not-waiting', reason: notWaiting(run) };
  if (run.phase === 'awaiting-approval' && at > approvalDueAt(run))
    return { code: 'expired', reason: 'The time in which it could be approved is over.' };
  // Who declines may have seen any state of it.
  if (decision === 'decline') return null;
  if (seq < (run.askedSeq ?? 0) || seq > run.seq)
    return { code: 'outdated', reason: 'The run was changed after this was shown: look at it again.' };
  if (killSwitch.on || generation !== run.killSwitchGeneration || generation !== killSwitch.generation)
    return { code: 'outdated', reason: 'The kill switch was thrown after this was shown.' };
  if (decision === 'postpone' && (startAt === undefined || startAt <= Math.max(at, run.startAt)))
    return { code: 'impossible-time', reason: 'The new start must be later than the one that is announced.' };
  return null;
}

function notWaiting({ phase, approval }: Run): string {
  if (approval !== null) return `It is ${phase}: ${approval.by} approved it.`;
  return phase === 'ended' ? 'It has ended.' : `It is ${phase}, and waits for nobody.`;
}

type Place = Pick<Controller['environment'], 'account' | 'partition'>;

async function refusalOfPerson(
  run: Run,
  { decision, by, readGroups, startAt }: DecisionRequest,
  guardrails: Guardrails,
  { account, partition }: Place,
): Promise<Refused | null> {
  if (guardrails.refusedHere !== null && decision !== 'decline')
    return { code: 'not-permitted', reason: guardrails.refusedHere };
  const may = await mayDo(by, permissionsFor[decision], guardrails, account, readGroups);
  if (!may.allowed) return { code: 'not-permitted', reason: may.reason };
  if (decision === 'postpone') return refusalOfTime(run, startAt ?? 0, guardrails);
  if (decision === 'decline' || !guardrails.approval.fourEyes) return null;
  const eyes = fourEyes(by, othersOf(run), { account, partition, people: guardrails.people });
  return eyes.allowed ? null : { code: 'four-eyes', reason: eyes.reason };
}

/** The whole run must lie in its window, as when it was asked for. */
function refusalOfTime(
  { experiment, gameDay }: Run,
  startAt: EpochMs,
  guardrails: Guardrails,
): Refused | null {
  if (gameDay !== undefined)
    return { code: 'impossible-time', reason: 'It is part of a game day, whose steps follow each other.' };
  const open = openFor(rulesOf(experiment, guardrails), startAt, startAt + lengthOf(experiment));
  return open.open ? null : { code: 'impossible-time', reason: open.reason };
}

/** One of them is enough: whoever may stop a run may decline it as well. */
const permissionsFor: Readonly<Record<DecisionRequest['decision'], readonly Permission[]>> = {
  approve: ['approve'],
  postpone: ['approve'],
  decline: ['approve', 'stop'],
};

/** Whether somebody has one of these permissions, with Slack's groups read where that is needed. */
export async function mayDo(
  by: Identity,
  permissions: readonly Permission[],
  guardrails: Guardrails,
  account: string,
  readGroups: DecisionRequest['readGroups'],
): Promise<Allowed> {
  let answer: Allowed = { allowed: false, reason: 'No permission was asked for.' };
  for (const permission of permissions) {
    const wanted = groupsToRead(by, permission, guardrails);
    const groups = wanted.length === 0 ? ({ read: true, members: {} } as const) : await readGroups(wanted);
    answer = allowed(by, permission, guardrails, { account, groups });
    if (answer.allowed) return answer;
  }
  return answer;
}

/** A schedule, an event and a game day are nobody: what counts then is who registered the experiment. */
function othersOf({ slot, requestedBy, registeredBy }: Run): readonly Other[] {
  const byItself =
    slot.kind === 'scheduled' || slot.kind === 'gameday' || /^event [^()]* from /.test(requestedBy);
  return [
    ...(byItself ? [] : [{ did: 'asked for the run', by: requestedBy }]),
    ...(registeredBy === undefined ? [] : [{ did: 'registered the experiment', by: registeredBy }]),
  ];
}

/** Somebody else may have been faster. */
function outcomeOf(
  { run: id, decision, startAt }: DecisionRequest,
  after: Run | undefined,
  at: EpochMs,
  who: string,
): Decided {
  if (after === undefined)
    return { result: 'refused', run: id, code: 'unknown-run', reason: `There is no run ${id} any more.` };
  const done = { run: id, phase: after.phase, startAt: after.startAt };
  const { approval, outcome } = after;
  if (decision === 'approve' && approval?.by === who && approval.at === at)
    return { result: 'approved', ...done };
  if (decision === 'decline' && outcome?.result === 'refused' && outcome.code === 'not-approved')
    return { result: 'declined', ...done };
  if (decision === 'postpone' && after.startAt === startAt) return { result: 'postponed', ...done };
  const waits = after.phase === 'awaiting-approval' || after.phase === 'announced';
  return {
    result: 'refused',
    run: id,
    ...(waits
      ? decision === 'postpone'
        ? ({ code: 'impossible-time', reason: 'It cannot be put off so far.' } as const)
        : ({ code: 'outdated', reason: 'The run was changed meanwhile: look at it again.' } as const)
      : ({ code: 'not-waiting', reason: notWaiting(after) } as const)),
  };
}
