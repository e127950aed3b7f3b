import type { RunStateChangeMessage } from '../../generated/types.ts';
import type { RunRecord } from '../../report/record.ts';
import { describeReverts } from '../../report/sentences.ts';
import { courses } from '../../report/sparkline.ts';
import { actionsFor } from '../actions.ts';
import { deliveryNote, type Surroundings } from '../message.ts';
import { faultUntil, harmFacts, runHeadline, runReason, runStanding } from '../run-words.ts';
import { buttons, context, fields, header, section, signs, type SlackMessage } from './blocks.ts';
import { code, date, escaped, link } from './markup.ts';

/** Looks in one line of a course: a phone shows as many characters. */
const courseWidth = 24;
const mostCourses = 4;
/** From then on there is something to show. */
const measured: ReadonlySet<RunStateChangeMessage['phase']> = new Set([
  'observing',
  'reverting',
  'recovering',
  'ended',
]);

/** The first message of a run's thread, as it stands now. */
export function runCard(change: RunStateChangeMessage, surroundings: Surroundings): SlackMessage {
  const { record } = surroundings;
  const headline = runHeadline(change);
  const message = { of: 'run', change } as const;
  return {
    text: escaped(`${headline}. ${runReason(change, record)}`, 1_500),
    blocks: [
      header(`${signs[runStanding(change)]} ${headline}`),
      ...(record === undefined
        ? []
        : [section(`*Hypothesis*\n${escaped(record.run.experiment.hypothesis, 1_000)}`)]),
      ...fields(cardFields(change, record)),
      section(
        `*${change.phase === 'ended' ? 'What came of it' : 'Now'}*\n${escaped(runReason(change, record), 2_000)}`,
      ),
      ...(measured.has(change.phase) ? course(record) : []),
      ...(record === undefined || change.phase !== 'ended'
        ? []
        : [section(escaped(describeReverts(record.run.units), 1_500))]),
      ...(change.phase === 'ended'
        ? [section(link(surroundings.reportOf({ run: change.runId }), 'The report'))]
        : []),
      ...buttons(message, actionsFor(message)),
      context(`Run ${escaped(change.runId, 300)}`, `Stage ${escaped(surroundings.stage, 60)}`),
    ],
  };
}

function cardFields(change: RunStateChangeMessage, record: RunRecord | undefined): readonly string[] {
  const until = record === undefined ? null : faultUntil(record);
  return [
    ...(record === undefined
      ? []
      : harmFacts(record).map(({ label, text }) => `*${label}*\n${escaped(text, 600)}`)),
    `*${change.phase === 'ended' ? 'Start' : 'When'}*\n${date(change.startAt)}`,
    ...(until === null || change.phase === 'ended' ? [] : [`*The fault is gone by*\n${date(until)}`]),
    `*Asked for by*\n${escaped(change.requestedBy, 300)}`,
    ...(change.gameDay === null ? [] : [`*Game day*\n${escaped(change.gameDay.name, 100)}`]),
  ];
}

/** With the fault and without it, look by look. */
function course(record: RunRecord | undefined): readonly ReturnType<typeof section>[] {
  const all = record === undefined ? [] : courses(record, courseWidth);
  if (all.length === 0) return [];
  const lines = all
    .slice(0, mostCourses)
    .map(
      ({ claim, experimental, control, now }) =>
        `${claim}\n  fault   ${experimental} ${now.experimental}\n  control ${control} ${now.control}`,
    );
  const more = all.length - lines.length;
  return [section(code([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), 2_500))];
}

/** What happened, for the thread; undefined where the card says it. */
export function runReply(
  change: RunStateChangeMessage,
  surroundings: Surroundings,
): SlackMessage | undefined {
  if (change.kind === 'evidence') return undefined;
  const message = { of: 'run', change } as const;
  const headline = `${signs[runStanding(change)]} ${runHeadline(change)}`;
  const why = runReason(change, surroundings.record);
  const note = deliveryNote(surroundings);
  const starts = change.kind === 'phase' ? '' : `\nIt starts ${date(change.startAt)}.`;
  const report =
    change.phase === 'ended' ? `\n${link(surroundings.reportOf({ run: change.runId }), 'The report')}` : '';
  return {
    text: escaped(`${headline}. ${why}`, 1_500),
    blocks: [
      section(`*${escaped(headline, 400)}*\n${escaped(why, 1_800)}${starts}${report}`),
      // The run of a game day has no card: what can be done about it stands here.
      ...(change.gameDay !== null && offersButtons(change) ? buttons(message, actionsFor(message)) : []),
      ...(note === undefined ? [] : [context(escaped(note, 500))]),
    ],
  };
}

function offersButtons({ phase, kind }: RunStateChangeMessage): boolean {
  return (
    kind === 'phase' && (phase === 'awaiting-approval' || phase === 'announced' || phase === 'injecting')
  );
}
