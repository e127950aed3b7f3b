import { systemClock } from '../../adapters/system-clock.ts';
import type { SettingsShown } from '../../controller/settings.ts';
import { closedSpan } from '../../core/calendar/windows.ts';
import type { Guardrails } from '../../core/guardrails.ts';
import { type Difference, differenceOf } from '../../settings/difference.ts';
import { guardrailsOf } from '../../settings/guardrails.ts';
import { closedInWords, rowsOf } from '../../settings/words.ts';
import type { StoredGuardrails } from '../../generated/types.ts';
import type { ReadSettings } from '../input/read-settings.ts';
import { askAboutSettings } from './ask.ts';
import type { Remote } from './remote.ts';
import { ago } from './words.ts';

/** More are counted. */
const closedShown = 8;

/** Settings as they are, or were, in force: every guardrail in words. */
export function shownLines({ guardrails, stored }: SettingsShown, stage: string): readonly string[] {
  const head =
    stored === null
      ? `No settings are stored at stage ${stage}; without them this holds:`
      : `Version ${stored.version} of the settings of stage ${stage}, stored ${ago(stored.at)} by ${stored.by} from ${stored.file}`;
  const rows = rowsOf(guardrails);
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    head,
    '',
    ...rows.map(({ name, says }) => `  ${name.padEnd(width)}  ${says}`),
    ...closedLines(guardrails),
  ];
}

function closedLines({ closed, timezone }: Guardrails): readonly string[] {
  const coming = closed.filter((one) => closedSpan(one).to > systemClock.now());
  if (coming.length === 0) return [];
  return [
    '',
    'Nothing runs on',
    ...few(
      coming.map((one) => closedInWords(one, timezone)),
      '',
    ),
  ];
}

function few(words: readonly string[], sign: string): readonly string[] {
  const more = words.length - closedShown;
  const lines = words.slice(0, closedShown).map((one) => `  ${sign}${one}`);
  return more > 0 ? [...lines, `  … and ${more} more`] : lines;
}

/** What would change, a line each. */
export function differenceLines({ changes, closed, opened }: Difference): readonly string[] {
  const width = Math.max(0, ...changes.map(({ name }) => name.length));
  return [
    ...changes.map(({ name, before, after }) => {
      const was = before === null ? '' : `  (was: ${before})`;
      return `  ${name.padEnd(width)}  ${after ?? 'no longer said'}${was}`;
    }),
    ...(closed.length === 0 ? [] : ['Nothing will run on', ...few(closed, '+ ')]),
    ...(opened.length === 0 ? [] : ['Open again', ...few(opened, '- ')]),
  ];
}

/** What a file would make of what is in force. */
export interface Proposal {
  readonly inForce: SettingsShown;
  readonly guardrails: StoredGuardrails;
  readonly difference: Difference;
  /** Whether the file itself is another, if only by a comment. */
  readonly sameText: boolean;
}

export async function propose(remote: Remote, { settings, closed, source }: ReadSettings): Promise<Proposal> {
  const [{ account }, answer] = await Promise.all([
    remote.caller(),
    askAboutSettings(remote, { inoculate: 'settings-get/1' }),
  ]);
  // Of no version in particular: always there.
  if (answer.result !== 'settings') throw new Error(`The settings in force cannot be ${answer.result}`);
  const guardrails = guardrailsOf(settings, { stage: remote.stage, account }, closed);
  return {
    inForce: answer,
    guardrails,
    difference: differenceOf(answer.guardrails, guardrails, systemClock.now()),
    sameText: answer.stored?.text === source.text,
  };
}
