import type { EpochMs } from '../../core/ids.ts';
import { instant } from '../../report/format.ts';
import { clean } from '../clean.ts';

/**
 * Text for Slack's markup, at most so many characters as Slack counts them. Slack reads `&`, `<` and `>` as markup: what
 * an experiment is called must not mention everybody. https://docs.slack.dev/messaging/formatting-message-text
 */
export function escaped(text: string, most: number): string {
  return fitted([...clean(text)].map(escapedCharacter), most);
}

/** Text for places without markup. */
export function plain(text: string, most: number): string {
  return fitted([...clean(text)], most);
}

function escapedCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    default:
      return character;
  }
}

/** Whole pieces, with an ellipsis where not all of them have room. */
function fitted(pieces: readonly string[], most: number): string {
  const all = pieces.join('');
  if (all.length <= most) return all;
  let text = '';
  for (const piece of pieces) {
    if (text.length + piece.length > most - 1) break;
    text += piece;
  }
  return `${text}…`;
}

/** In the reader's own time zone; in UTC where Slack cannot show that. */
export function date(at: EpochMs): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty}, {time}|${instant(at)}>`;
}

/** A link, or its address as text where it is none that a browser opens. */
export function link(address: string, text: string): string {
  return /^https?:\/\//.test(address)
    ? `<${address.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C')}|${escaped(text, 200)}>`
    : `${escaped(text, 200)}: ${escaped(address, 1_000)}`;
}

/** Text of fixed width: nothing in it is markup. */
export function code(text: string, most: number): string {
  return `\`\`\`${escaped(text.replaceAll('`', "'"), most - 6)}\`\`\``;
}
