import type { DependencyErrorFault, DependencyLatencyFault } from '../../generated/types.ts';

/** "every invocation", "half of the calls", "2.5 % of the invocations". */
export function affected(rate: number | undefined, noun: string, plural = `${noun}s`): string {
  if (rate === undefined || rate === 1) return `all ${plural}`;
  if (rate === 0.5) return `half of the ${plural}`;
  return `${percent(rate)} of the ${plural}`;
}

/** 0.025 → "2.5 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** 104857600 → "100 MB". */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(6))} ${units[power] ?? 'B'}`;
}

/** Which calls a dependency fault hits: "half of the GetItem and Query calls from checkout to orders". */
export function affectedCalls(fault: DependencyErrorFault | DependencyLatencyFault): string {
  const operations = fault.operations === undefined ? '' : `${listed(fault.operations)} `;
  const to = fault.host ?? fault.resource ?? fault.service;
  const notes = [
    ...(fault.resource === undefined ? [] : [fault.service]),
    ...(fault.only === undefined ? [] : [`attempt ${listed(fault.only.map(String))} of each`]),
  ];
  const noted = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${affected(fault.rate, `${operations}call`)} from ${fault.target} to ${to}${noted}`;
}

/** " (attempt 1 and 2 of each)", or nothing. */
export function attempts(only: readonly number[] | undefined): string {
  return only === undefined ? '' : ` (attempt ${listed(only.map(String))} of each)`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
