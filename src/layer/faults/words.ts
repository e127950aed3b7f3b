import type { DependencyErrorFault, DependencyLatencyFault } from '../../generated/types.ts';

/** "every invocation", "half of the calls", "2.5 % of the invocations". */
export function affected(rate: number | undefined, noun: string, plural = `${noun}s`): string {
  if (rate === undefined || rate === 1) return `all ${plural}`;
  if (rate === 0.5) return `half of the ${plural}`;
  return `${Number((rate * 100).toPrecision(6))} % of the ${plural}`;
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

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
