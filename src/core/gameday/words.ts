import type { EpochMs } from '../ids.ts';
import { formatDuration } from '../units.ts';
import type { RunWord } from './session.ts';

const minuteMs = 60_000;

/** "It starts in 15m." */
export function startsIn(startAt: EpochMs, at: EpochMs): string {
  return `It starts in ${minutes(Math.max(0, startAt - at))}.`;
}

/** People are told in whole minutes. */
export function minutes(ms: number): string {
  return formatDuration(Math.max(1, Math.round(ms / minuteMs)) * minuteMs);
}

/** "deviated", "was aborted" */
export function verb(result: RunWord | undefined): string {
  if (result === 'deviated') return 'deviated';
  return result === 'errored' ? 'failed' : `was ${result}`;
}

/** "a is", "a, b and c are" */
export function listed(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]} is` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`;
}

/** With a capital letter. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
