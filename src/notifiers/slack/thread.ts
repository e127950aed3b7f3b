import type { GameDayStateChangeMessage, RunStateChangeMessage } from '../../generated/types.ts';
import type { Message, Surroundings } from '../message.ts';
import { runStanding } from '../run-words.ts';
import { context, header, section, signs, type SlackMessage } from './blocks.ts';
import { escaped } from './markup.ts';
import { runCard, runReply } from './run-card.ts';
import { sessionCard, sessionReply } from './session-card.ts';

type StepRun = GameDayStateChangeMessage['steps'][number]['runs'][number];

/** What is remembered of a thread in one channel. */
export interface SlackThread {
  readonly form: 1;
  /** Where its first message stands: the channel by its id, as Slack wants it for changes. */
  readonly card: { readonly channel: string; readonly ts: string } | null;
  /** Of a game day: its latest word, and that of each of its runs. */
  readonly session: GameDayStateChangeMessage | null;
  readonly runs: Readonly<
    Record<string, Pick<RunStateChangeMessage, 'at' | 'seq' | 'phase' | 'outcome' | 'abort'>>
  >;
}

const empty: SlackThread = { form: 1, card: null, session: null, runs: {} };

/** As it was written; another controller's form is forgotten, and a new card begins. */
export function threadFrom(memory: string | null): SlackThread {
  const known = memory === null ? empty : (JSON.parse(memory) as SlackThread);
  return known.form === 1 ? known : empty;
}

/** With what this message says. Late ones change nothing that is known better. */
export function withMessage(thread: SlackThread, message: Message): SlackThread {
  if (message.of === 'session') {
    const { change } = message;
    return (thread.session?.seq ?? 0) >= change.seq ? thread : { ...thread, session: change };
  }
  const { runId, gameDay, at, seq, phase, outcome, abort } = message.change;
  if (gameDay === null || (thread.runs[runId]?.seq ?? 0) >= seq) return thread;
  return { ...thread, runs: { ...thread.runs, [runId]: { at, seq, phase, outcome, abort } } };
}

/** The first message of the thread, as it stands with this one. */
export function cardOf(thread: SlackThread, message: Message, surroundings: Surroundings): SlackMessage {
  if (message.of === 'run' && message.change.gameDay === null) return runCard(message.change, surroundings);
  if (thread.session !== null) return sessionCard(upToDate(thread.session, thread), surroundings);
  return placeholder(message, surroundings);
}

/** What to say in the thread; undefined where its first message says it all. */
export function replyOf(message: Message, surroundings: Surroundings): SlackMessage | undefined {
  return message.of === 'run'
    ? runReply(message.change, surroundings)
    : sessionReply(message.change, surroundings);
}

/** Its runs as they last told of themselves. */
function upToDate(session: GameDayStateChangeMessage, { runs }: SlackThread): GameDayStateChangeMessage {
  const renewed = (run: StepRun): StepRun => {
    const latest = Object.hasOwn(runs, run.run) ? runs[run.run] : undefined;
    if (latest === undefined || latest.at < session.at || run.outcome !== null) return run;
    return { ...run, phase: latest.phase, outcome: outcomeOf(latest) };
  };
  return {
    ...session,
    steps: session.steps.map((step) => ({ ...step, runs: step.runs.map(renewed) })),
  };
}

function outcomeOf(change: Pick<RunStateChangeMessage, 'phase' | 'outcome' | 'abort'>): StepRun['outcome'] {
  if (change.phase !== 'ended') return null;
  const standing = runStanding(change);
  switch (standing) {
    case 'held':
    case 'deviated':
    case 'inconclusive':
    case 'aborted':
    case 'refused':
    case 'errored':
      return standing;
    case 'coming':
    case 'waiting':
    case 'under-way':
    case 'stopping':
      return null;
  }
}

/** A run told of itself before its game day did. */
function placeholder({ change }: Message, { stage }: Surroundings): SlackMessage {
  const name = typeof change.gameDay === 'string' ? change.gameDay : (change.gameDay?.name ?? '');
  return {
    text: escaped(`Game day ${name}`, 300),
    blocks: [
      header(`${signs['under-way']} Game day ${name}`),
      section('Its runs are told of below.'),
      context(`Session ${escaped(change.thread, 300)}`, `Stage ${escaped(stage, 60)}`),
    ],
  };
}
