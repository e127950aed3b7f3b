import type { RunLine } from '../controller/requests.ts';
import type { RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { encodeButton, type ButtonAction } from '../notifiers/slack/buttons.ts';
import { describeAbort, unstopped } from '../report/sentences.ts';
import { isRunId } from '../core/run-id.ts';
import type { RunOrName } from './command.ts';
import { code, date, escaped } from './reply.ts';
import { requested, type WorkPorts } from './ports.ts';

/** The run that is meant, or a sentence that says why none is. */
export type Meant = { readonly run: RunId } | { readonly say: string };

/** A run's id as it is; for an experiment's name, the id of its only run that has not ended. */
export async function runMeant(ports: Pick<WorkPorts, 'invoke'>, text: RunOrName): Promise<Meant> {
  if (isRunId(text)) return { run: text };
  const { runs } = await requested(ports, { inoculate: 'status/1' }, 'status');
  const own = runs.filter(({ experiment, phase }) => experiment === text && phase !== 'ended');
  const [only] = own;
  if (only !== undefined && own.length === 1) return { run: only.id };
  return {
    say:
      own.length === 0
        ? `Experiment ${code(text)} has no run under way. \`status\` shows all that are.`
        : `Experiment ${code(text)} has ${own.length} runs under way: ${own.map(({ id }) => code(id)).join(', ')}.`,
  };
}

/** A run in a line or two. */
export function runLine({ id, phase, phaseSince, requestedBy, outcome, abort, inPlace }: RunLine): string {
  const how =
    outcome === null
      ? `${phase} since ${date(phaseSince)}${abort === null ? '' : `, ${escaped(describeAbort(abort))}`}`
      : outcomeWords(outcome);
  const place = inPlace.length === 0 ? '' : `\nin place: ${inPlace.map(code).join(', ')}`;
  return `${code(id)} ${how}; asked for by ${escaped(requestedBy)}${place}`;
}

function outcomeWords(outcome: NonNullable<Run['outcome']>): string {
  switch (outcome.result) {
    case 'completed':
      return outcome.verdict.verdict;
    case 'aborted':
      return `${outcome.verdict.verdict}, ${escaped(describeAbort(outcome.reason))}`;
    case 'refused':
      return `refused: ${escaped(unstopped(outcome.reason))}`;
    case 'errored':
      return `failed: ${escaped(unstopped(outcome.reason))}`;
  }
}

/** What people need to decide on a run. */
export function runInFull(run: Run): readonly string[] {
  const { id, experiment, phase, phaseSince, startAt, requestedBy, approval, outcome, abort } = run;
  const waits = phase === 'awaiting-approval' || phase === 'announced';
  return [
    `*${escaped(experiment.name)}* ${code(id)}\n${escaped(experiment.hypothesis)}`,
    [
      outcome === null
        ? `It is ${phase} since ${date(phaseSince)}.`
        : `It has ended: ${outcomeWords(outcome)}.`,
      ...(waits ? [`It starts at ${date(startAt)}.`] : []),
      ...(abort === null ? [] : [`${escaped(describeAbort(abort))}.`]),
      `Asked for by ${escaped(requestedBy)}${approval === null ? '' : `, approved by ${escaped(approval.by)}`}.`,
    ].join(' '),
    ...(phase === 'awaiting-approval' ? [`To approve it: press the button, or \`approve ${id}\`.`] : []),
  ];
}

const labels: Partial<Readonly<Record<ButtonAction, string>>> = {
  approve: 'Approve',
  decline: 'Decline',
  postpone: 'Postpone by 1 h',
  abort: 'Abort',
};

/** The buttons that fit the phase, good for the run as it is shown. */
export function buttonsOf({ id, phase, seq, killSwitchGeneration }: Run): readonly object[] {
  const actions: readonly ButtonAction[] =
    phase === 'awaiting-approval'
      ? ['approve', 'decline', 'postpone']
      : phase === 'announced'
        ? ['postpone', 'abort']
        : phase === 'ended'
          ? []
          : ['abort'];
  return actions.map((action) => ({
    type: 'button',
    text: { type: 'plain_text', text: labels[action] ?? action },
    ...(action === 'approve' ? { style: 'primary' } : action === 'abort' ? { style: 'danger' } : {}),
    ...encodeButton({ action, subject: { run: id }, seq, generation: killSwitchGeneration }),
  }));
}
