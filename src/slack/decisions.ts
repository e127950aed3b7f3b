import type { DecisionRequest } from '../controller/approve.ts';
import type { RunId } from '../core/ids.ts';
import { code, date, escaped, type Reply, replyOf } from './reply.ts';
import { requested, type Asker, type WorkPorts } from './ports.ts';

/** What was seen when somebody decided; null where they named the run and saw nothing of it. */
export type Seen = Pick<DecisionRequest, 'seq' | 'generation'> | null;

export interface Decision {
  readonly run: RunId;
  readonly decision: DecisionRequest['decision'];
  /** For `postpone`. */
  readonly byMs?: number;
  readonly seen: Seen;
}

/** Decides on a run that waits, and says what became of it. `pressed`: the run's own thread tells everybody. */
export async function decide(
  ports: WorkPorts,
  asker: Asker,
  { run: id, decision, byMs = 0, seen }: Decision,
  { pressed }: { readonly pressed: boolean },
): Promise<Reply> {
  const shown = await requested(ports, { inoculate: 'show/1', run: id }, 'run', 'unknown-run');
  if (shown.result === 'unknown-run')
    return replyOf([`There is no run ${code(id)} at stage ${ports.stage}.`]);
  const { seq, killSwitchGeneration: generation, startAt } = shown.run;
  const decided = await ports.decide({
    run: id,
    decision,
    ...(seen ?? { seq, generation }),
    ...(decision === 'postpone' ? { startAt: Math.ceil(Math.max(startAt, ports.now()) + byMs) } : {}),
    by: asker.identity,
    readGroups: (groups) => ports.readGroups(groups),
  });
  const forAll = !pressed;
  const who = escaped(asker.by);
  switch (decided.result) {
    case 'approved':
      return replyOf([`${who} approved ${code(id)}. It starts at ${date(decided.startAt)} or at once.`], {
        forAll,
      });
    case 'declined':
      return replyOf([`${who} declined ${code(id)}: it will not start.`], { forAll });
    case 'postponed':
      return replyOf([`${who} put ${code(id)} off to ${date(decided.startAt)}.`], { forAll });
    case 'refused':
      return replyOf([`Refused: ${escaped(decided.reason)}`]);
  }
}
