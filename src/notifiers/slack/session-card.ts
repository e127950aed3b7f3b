import type { GameDayStateChangeMessage } from '../../generated/types.ts';
import { actionsFor } from '../actions.ts';
import { deliveryNote, type Surroundings } from '../message.ts';
import { sessionHeadline, sessionStanding, stepLine, stepStanding } from '../session-words.ts';
import {
  buttons,
  context,
  fields,
  header,
  lineSections,
  section,
  signs,
  type SlackMessage,
} from './blocks.ts';
import { date, escaped, link } from './markup.ts';

/** The most sections that steps take: a card has room for fifty blocks. */
const mostStepSections = 12;

/** The first message of a game day's thread, as it stands now. */
export function sessionCard(change: GameDayStateChangeMessage, surroundings: Surroundings): SlackMessage {
  const headline = sessionHeadline(change);
  const message = { of: 'session', change } as const;
  const { purpose, stopped, session } = change;
  return {
    text: escaped(`${headline}. ${change.reason}`, 1_500),
    blocks: [
      header(`${signs[sessionStanding(change)]} ${headline}`),
      ...(purpose === null ? [] : [section(escaped(purpose, 1_500))]),
      ...fields([
        `*When*\n${date(change.startAt)}`,
        ...(change.endsAt === null ? [] : [`*Over by*\n${date(change.endsAt)}`]),
        `*Asked for by*\n${escaped(change.requestedBy, 300)}`,
      ]),
      section(`*Now*\n${escaped(stopped === null ? change.reason : stopped.reason, 2_000)}`),
      ...lineSections(
        change.steps.map((step) => `${signs[stepStanding(step)]} ${escaped(stepLine(step), 400)}`),
        mostStepSections,
      ),
      ...(change.phase === 'ended'
        ? [section(link(surroundings.reportOf({ session }), 'The report of the game day'))]
        : []),
      ...buttons(message, actionsFor(message)),
      context(`Session ${escaped(session, 300)}`, `Stage ${escaped(surroundings.stage, 60)}`),
    ],
  };
}

/** What happened, for the thread. */
export function sessionReply(change: GameDayStateChangeMessage, surroundings: Surroundings): SlackMessage {
  const headline = `${signs[sessionStanding(change)]} ${sessionHeadline(change)}`;
  const note = deliveryNote(surroundings);
  const message = { of: 'session', change } as const;
  const report =
    change.phase === 'ended'
      ? `\n${link(surroundings.reportOf({ session: change.session }), 'The report of the game day')}`
      : '';
  return {
    text: escaped(`${headline}. ${change.reason}`, 1_500),
    blocks: [
      section(`*${escaped(headline, 400)}*\n${escaped(change.reason, 2_000)}${report}`),
      // Somebody has to do something: it stands where they are told.
      ...(change.phase === 'paused' ? buttons(message, actionsFor(message)) : []),
      ...(note === undefined ? [] : [context(escaped(note, 500))]),
    ],
  };
}
