import { instant } from '../report/format.ts';
import { clean } from './clean.ts';
import { describeReverts } from '../report/sentences.ts';
import { courses } from '../report/sparkline.ts';
import { commandsFor } from './actions.ts';
import { deliveryNote, type Message, reportedOf, type Surroundings } from './message.ts';
import { faultUntil, harmFacts, runHeadline, runReason } from './run-words.ts';
import { sessionHeadline, stepLine } from './session-words.ts';

/** A message for people, without any markup. */
export interface PlainText {
  readonly subject: string;
  readonly text: string;
}

/** Looks in one line of text. */
const courseWidth = 40;

export function plainText(message: Message, surroundings: Surroundings): PlainText {
  const { stage, reportOf } = surroundings;
  const headline = message.of === 'run' ? runHeadline(message.change) : sessionHeadline(message.change);
  const note = deliveryNote(surroundings);
  const paragraphs = [
    [`${headline} (stage ${stage}).`, ...(note === undefined ? [] : [note])],
    message.of === 'run' ? runLines(message.change, surroundings) : sessionLines(message.change),
    commandLines(message, stage),
    message.change.phase === 'ended' ? [`Report: ${reportOf(reportedOf(message))}`] : [],
    [message.of === 'run' ? `Run ${message.change.runId}` : `Session ${message.change.session}`],
  ];
  const text = paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return { subject: `Inoculate: ${headline}`, text: clean(text) };
}

function runLines(
  change: Extract<Message, { of: 'run' }>['change'],
  { record }: Surroundings,
): readonly string[] {
  const ended = change.phase === 'ended';
  const shown = record === undefined ? [] : courses(record, courseWidth);
  return [
    `${ended ? 'What came of it' : 'Why'}: ${runReason(change, record)}`,
    ...(record === undefined ? [] : [`Hypothesis: ${record.run.experiment.hypothesis}`]),
    ...(record === undefined || ended ? [] : harmFacts(record).map(({ label, text }) => `${label}: ${text}`)),
    ...(ended ? [] : [`Start: ${instant(change.startAt)}${untilText(record)}`]),
    `Asked for by: ${change.requestedBy}`,
    ...(change.gameDay === null ? [] : [`Game day: ${change.gameDay.name}, step ${change.gameDay.step}`]),
    ...(ended && record !== undefined && record.run.units.length > 0
      ? [describeReverts(record.run.units)]
      : []),
    ...(ended
      ? shown.flatMap(({ claim, experimental, control, now }) => [
          `${claim}`,
          `  with the fault ${experimental} ${now.experimental}`,
          `  without it     ${control} ${now.control}`,
        ])
      : []),
  ];
}

function untilText(record: Surroundings['record']): string {
  const until = record === undefined ? null : faultUntil(record);
  return until === null ? '' : `; the fault is gone by ${instant(until)}`;
}

function sessionLines(change: Extract<Message, { of: 'session' }>['change']): readonly string[] {
  return [
    `Why: ${change.reason}`,
    ...(change.purpose === null ? [] : [`Purpose: ${change.purpose}`]),
    `Start: ${instant(change.startAt)}${change.endsAt === null ? '' : `; over by ${instant(change.endsAt)}`}`,
    `Asked for by: ${change.requestedBy}`,
    ...(change.stopped === null ? [] : [`Ended early: ${change.stopped.reason}`]),
    'Steps:',
    ...change.steps.map((step) => `  ${stepLine(step)}`),
  ];
}

function commandLines(message: Message, stage: string): readonly string[] {
  const commands = commandsFor(message, stage);
  return commands.length === 0 ? [] : ['What you can do:', ...commands.map((command) => `  ${command}`)];
}
