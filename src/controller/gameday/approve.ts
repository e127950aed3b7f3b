import { readGuardrails } from '../../adapters/dynamodb-guardrails.ts';
import { DynamoDbRegistry } from '../../adapters/dynamodb-registry.ts';
import { type Other, fourEyes } from '../../core/four-eyes.ts';
import { experimentsOfGameDay } from '../../core/gameday/definition.ts';
import type { Session } from '../../core/gameday/session.ts';
import type { Guardrails, Permission } from '../../core/guardrails.ts';
import { describe } from '../../core/identity.ts';
import { type Decided, type DecisionRequest, mayDo } from '../approve.ts';
import type { Controller } from '../controller.ts';
import { log } from '../log.ts';
import { openSessions } from './sessions.ts';

type Refused = Pick<Extract<Decided, { result: 'refused' }>, 'code' | 'reason'>;

/**
 * Decides on a game day as a whole for somebody whose identity is proved: its runs carry the approval. Whoever registered
 * it, or one of its experiments, may not approve it where the settings want four eyes.
 */
export async function approveSession(controller: Controller, request: DecisionRequest): Promise<Decided> {
  const { decision, seq, generation, by } = request;
  const id: string = request.run;
  const { engine, store } = openSessions(controller);
  const at = controller.ports.clock.now();
  const [stored, guardrails, killSwitch] = await Promise.all([
    store.loadSession(id),
    readGuardrails(controller.control, controller.environment.stage),
    controller.store.readKillSwitch(),
  ]);
  const refused =
    stored === undefined
      ? ({ code: 'unknown-run', reason: `There is no session ${id} here.` } as const)
      : (refusalOfState(stored.session, request, killSwitch) ??
        (await refusalOfPerson(controller, stored.session, request, guardrails)));
  if (refused !== null) {
    log('warn', 'a decision on a game day was refused', {
      session: id,
      decision,
      by: describe(by),
      ...refused,
    });
    return { result: 'refused', run: id, ...refused };
  }
  const who = describe(by);
  log('info', 'somebody decides on a game day', { session: id, decision, by: who });
  const approved = decision === 'approve';
  const after = await engine.deliver(id, { type: 'approval', at, by: who, approved, seq, generation });
  const done =
    after !== undefined &&
    (approved
      ? after.approval?.by === who && after.approval.at === at
      : after.stopped?.code === 'not-approved');
  if (after === undefined || !done)
    return {
      result: 'refused',
      run: id,
      code: 'outdated',
      reason: 'It was changed meanwhile: look at it again.',
    };
  return {
    result: approved ? 'approved' : 'declined',
    run: id,
    phase: after.phase,
    startAt: after.startAt,
  };
}

/** What of the session itself stands against it, on what was just read. */
function refusalOfState(
  { phase, approval, askedSeq, seq: last, killSwitchGeneration }: Session,
  { decision, seq, generation }: DecisionRequest,
  killSwitch: { readonly on: boolean; readonly generation: number },
): Refused | null {
  if (decision === 'postpone')
    return { code: 'impossible-time', reason: 'A game day is put off by a new date in its file.' };
  if (phase !== 'awaiting-approval')
    return {
      code: 'not-waiting',
      reason: approval === null ? `It is ${phase}, and waits for nobody.` : `${approval.by} approved it.`,
    };
  // Who declines may have seen any state of it.
  if (decision === 'decline') return null;
  if (seq < askedSeq || seq > last)
    return { code: 'outdated', reason: 'The game day was changed after this was shown: look at it again.' };
  if (killSwitch.on || generation !== killSwitchGeneration || generation !== killSwitch.generation)
    return { code: 'outdated', reason: 'The kill switch was thrown after this was shown.' };
  return null;
}

const permissionsFor: Readonly<Record<DecisionRequest['decision'], readonly Permission[]>> = {
  approve: ['approve'],
  postpone: ['approve'],
  decline: ['approve', 'stop'],
};

async function refusalOfPerson(
  { control, environment }: Controller,
  session: Session,
  { decision, by, readGroups }: DecisionRequest,
  guardrails: Guardrails,
): Promise<Refused | null> {
  if (guardrails.refusedHere !== null && decision !== 'decline')
    return { code: 'not-permitted', reason: guardrails.refusedHere };
  const { account, partition } = environment;
  const may = await mayDo(by, permissionsFor[decision], guardrails, account, readGroups);
  if (!may.allowed) return { code: 'not-permitted', reason: may.reason };
  if (decision === 'decline' || !guardrails.approval.fourEyes) return null;
  const registry = new DynamoDbRegistry(control);
  const registered = await Promise.all(
    experimentsOfGameDay(session.gameDay).map((name) => registry.get(name)),
  );
  const others: readonly Other[] = [
    ...(session.slot.kind === 'scheduled'
      ? []
      : [{ did: 'asked for the game day', by: session.requestedBy }]),
    { did: 'registered the game day', by: session.registeredBy },
    ...registered.flatMap((one) =>
      one === undefined ? [] : [{ did: `registered the experiment ${one.name}`, by: one.registeredBy }],
    ),
  ];
  const eyes = fourEyes(by, others, { account, partition, people: guardrails.people });
  return eyes.allowed ? null : { code: 'four-eyes', reason: eyes.reason };
}
