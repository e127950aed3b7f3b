import type { RunId } from '../core/ids.ts';
import { isRunId } from '../core/run-id.ts';
import { suggest } from '../core/suggest.ts';
import { parseDuration } from '../core/units.ts';

/** A run's id, or an experiment's name for its run under way. */
export type RunOrName = RunId;

/** What somebody typed after `/inoculate`. */
export type SlackCommand =
  | { readonly do: 'help' | 'list' }
  | { readonly do: 'start'; readonly experiment: string }
  | { readonly do: 'status'; readonly run: RunOrName | null }
  | { readonly do: 'abort'; readonly run: RunOrName }
  | { readonly do: 'approve' | 'decline'; readonly run: RunOrName }
  | { readonly do: 'postpone'; readonly run: RunOrName; readonly byMs: number }
  | { readonly do: 'next'; readonly experiment: string | null }
  | { readonly do: 'kill-switch'; readonly on: boolean | null }
  /** What is wrong, and what would be right. */
  | { readonly do: 'mistake'; readonly say: string };

/** Each command with what follows it, for help. */
export const commandUsages = [
  ['list', '', 'experiments that are registered, and their latest runs'],
  ['start', 'NAME', 'start a run of an experiment'],
  ['status', '[RUN]', 'what is under way, or one run'],
  ['next', '[NAME]', 'the coming runs of schedules, and why some are skipped'],
  ['approve', 'RUN', 'let a run begin that waits for it'],
  ['decline', 'RUN', 'refuse a run that waits'],
  ['postpone', 'RUN [1h]', 'put off the start of a run that waits'],
  ['abort', 'RUN', 'end a run: its faults are taken back'],
  ['kill-switch', '[on|off]', 'end every run and let none start, or allow runs again'],
  ['help', '', 'this'],
] as const;

type Name = (typeof commandUsages)[number][0];

const names: readonly Name[] = commandUsages.map(([name]) => name);
const namePattern = /^[a-z][a-z0-9-]{0,63}$/;
export const postponedByMs = 3_600_000;

/** Understands the text of a slash command, or says what was probably meant. */
export function parseCommand(text: string): SlackCommand {
  // Slack may put typographic quotes and spaces where people typed plain ones.
  const [word = 'help', ...args] = text
    .trim()
    .replaceAll(/[`"“”]/g, '')
    .split(/\s+/)
    .filter(Boolean);
  const name = names.find((one) => one === word.toLowerCase());
  if (name === undefined) return unknown(word);
  const [, usage] = commandUsages.find(([one]) => one === name) ?? [];
  const most = (usage ?? '').split(' ').filter(Boolean).length;
  const least = (usage ?? '').split(' ').filter((part) => part !== '' && !part.startsWith('[')).length;
  if (args.length < least || args.length > most)
    return mistake(`It is \`${name}${usage === '' ? '' : ` ${usage}`}\`.`);
  return withArguments(name, args[0], args[1]);
}

function withArguments(name: Name, first: string | undefined, second: string | undefined): SlackCommand {
  switch (name) {
    case 'help':
    case 'list':
      return { do: name };
    case 'start':
      return named(first ?? '', (experiment) => ({ do: name, experiment }));
    case 'next':
      return first === undefined
        ? { do: name, experiment: null }
        : named(first, (experiment) => ({ do: name, experiment }));
    case 'status':
      return first === undefined ? { do: name, run: null } : ofRun(first, (run) => ({ do: name, run }));
    case 'abort':
    case 'approve':
    case 'decline':
      return ofRun(first ?? '', (run) => ({ do: name, run }));
    case 'postpone':
      return ofRun(first ?? '', (run) => postponing(run, second));
    case 'kill-switch':
      if (first !== undefined && first !== 'on' && first !== 'off')
        return mistake(`The kill switch cannot be “${shown(first)}”: \`kill-switch on\`, or \`off\`.`);
      return { do: name, on: first === undefined ? null : first === 'on' };
  }
}

function postponing(run: RunOrName, by: string | undefined): SlackCommand {
  if (by === undefined) return { do: 'postpone', run, byMs: postponedByMs };
  const parsed = parseDuration(by);
  return parsed.ok
    ? { do: 'postpone', run, byMs: parsed.value }
    : mistake(`“${shown(by)}” is not ${parsed.expected}.`);
}

function named(text: string, then: (name: string) => SlackCommand): SlackCommand {
  return namePattern.test(text) ? then(text) : mistake(`“${shown(text)}” is not the name of an experiment.`);
}

function ofRun(text: string, then: (run: RunOrName) => SlackCommand): SlackCommand {
  const fits = text.length <= 128 && (isRunId(text) || namePattern.test(text));
  return fits ? then(text) : mistake(`“${shown(text)}” is neither a run nor the name of an experiment.`);
}

function unknown(word: string): SlackCommand {
  const meant = suggest(word, names);
  return mistake(
    `There is no command “${shown(word)}”. ${meant === undefined ? 'The commands are in `help`.' : `Did you mean \`${meant}\`?`}`,
  );
}

function mistake(say: string): SlackCommand {
  return { do: 'mistake', say };
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
