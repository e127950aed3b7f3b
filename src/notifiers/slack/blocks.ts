// Slack's blocks, within Slack's limits whatever is put into them: https://docs.slack.dev/reference/block-kit/blocks.
// Only its types come from a package: it leaves nothing in the functions.
import type {
  ActionsBlock,
  Button as ButtonElement,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  SectionBlock,
} from '@slack/types';
import { actionWords, buttonFor } from '../actions.ts';
import type { Message } from '../message.ts';
import type { Standing } from '../run-words.ts';
import { type ButtonAction, encodeButton } from './buttons.ts';
import { plain } from './markup.ts';

/** A message as Slack takes it: `text` is for notifications, and for readers that show no blocks. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

export const maxBlocks = 50;
const maxHeader = 150;
/** Of a section. Texts that are put together from parts keep each part far below it. */
export const maxSection = 3_000;

export const signs: Readonly<Record<Standing | 'done' | 'not-run', string>> = {
  coming: '🗓️',
  waiting: '✋',
  'under-way': '💉',
  stopping: '🛑',
  held: '✅',
  deviated: '❌',
  inconclusive: '❔',
  aborted: '🛑',
  refused: '🚫',
  errored: '💥',
  done: '☑️',
  'not-run': '➖',
};

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: plain(text, maxHeader), emoji: true } };
}

/** Text that is markup already. Slack takes no empty one. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text: text.trim() === '' ? '–' : text };
}

export function section(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(text) };
}

/** At most ten, two in a line. */
export function fields(texts: readonly string[]): SectionBlock[] {
  return texts.length === 0 ? [] : [{ type: 'section', fields: texts.slice(0, 10).map(mrkdwn) }];
}

export function context(...texts: readonly string[]): ContextBlock {
  return { type: 'context', elements: texts.slice(0, 10).map(mrkdwn) };
}

/** Lines in as few sections as hold them. */
export function lineSections(lines: readonly string[], most: number): readonly SectionBlock[] {
  const sections: string[] = [];
  for (const line of lines) {
    const last = sections.at(-1);
    if (last !== undefined && last.length + line.length + 1 <= maxSection)
      sections[sections.length - 1] = `${last}\n${line}`;
    else sections.push(line);
  }
  return sections.slice(0, most).map(section);
}

const styles: Readonly<Partial<Record<ButtonAction, 'primary' | 'danger'>>> = {
  approve: 'primary',
  continue: 'primary',
  abort: 'danger',
  'abort-session': 'danger',
};

/** One click is enough to stop something. Only the kill switch asks first: it ends what others have started, too. */
export function buttons(message: Message, actions: readonly ButtonAction[]): ActionsBlock[] {
  if (actions.length === 0) return [];
  return [{ type: 'actions', elements: actions.map((action) => buttonElement(message, action)) }];
}

function buttonElement(message: Message, action: ButtonAction): ButtonElement {
  const style = styles[action];
  return {
    type: 'button',
    text: { type: 'plain_text', text: actionWords[action] },
    ...encodeButton(buttonFor(message, action)),
    ...(style === undefined ? {} : { style }),
    ...(action === 'kill-switch' ? { confirm: killSwitchQuestion } : {}),
  };
}

const killSwitchQuestion: NonNullable<ButtonElement['confirm']> = {
  title: { type: 'plain_text', text: 'Throw the kill switch?' },
  text: {
    type: 'plain_text',
    text: 'Every run at this stage is ended, its faults are taken back, and no other begins until somebody switches it off.',
  },
  confirm: { type: 'plain_text', text: 'Throw it' },
  deny: { type: 'plain_text', text: 'No' },
  style: 'danger',
};
