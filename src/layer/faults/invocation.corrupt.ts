import { edited, type Change } from '../answer/edit.ts';
import { isPath, parsePath, pathOf, pathProblem } from '../event/path.ts';
import { isBatch } from '../event/source.ts';
import type { FaultOf, InFunctionFaultModule } from './module.ts';
import { affected } from './words.ts';

type Fault = FaultOf<'invocation.corrupt'>;

const MOST_CHARACTERS = 4096;

const inWords = {
  drop: 'left out',
  null: 'null',
  truncate: 'cut in half',
  replace: 'replaced',
} as const;

export const invocationCorrupt: InFunctionFaultModule<'invocation.corrupt'> = {
  explain(fault) {
    const by = fault.with === 'replace' ? ` by ${shown(fault.value)}` : '';
    return `in the answers of ${affected(fault.rate, 'invocation')} of ${fault.target}, ${fault.path} is ${inWords[fault.with]}${by}`;
  },
  canEndProcess: false,
  losesDataWhenAsynchronous: changesReport,
  losesDataAtOnce: changesReport,
  problem(fault) {
    const wrong = pathProblem(fault.path);
    if (wrong !== undefined) return `path: ${wrong.problem}; ${wrong.expected}`;
    if (fault.with !== 'replace')
      return fault.value === undefined ? undefined : 'value goes with replace only';
    if (fault.value === undefined) return 'replace needs a value';
    return JSON.stringify(fault.value).length > MOST_CHARACTERS
      ? `value is longer than ${MOST_CHARACTERS} characters of JSON`
      : undefined;
  },
  onInvocation(fault, moment) {
    if (moment.at !== 'after') return undefined;
    if (moment.streaming) return { skip: 'not-applicable' };
    if (isBatch(moment.source) && changesReport(fault) && fault.acceptsDataLoss !== true)
      return { skip: 'would-lose-data' };
    const answer = edited(moment.answer, pathOf(fault.path), changeOf(fault));
    return answer === undefined ? { skip: 'not-applicable' } : { answer };
  },
};

/** A report of failed records that goes wrong can make AWS take them as done. */
function changesReport({ path }: Fault): boolean {
  const parsed = parsePath(path);
  const [first] = isPath(parsed) ? parsed : [];
  return first?.type === 'key' && first.key === 'batchItemFailures';
}

function changeOf(fault: Fault): Change {
  switch (fault.with) {
    case 'drop':
      return () => ({ type: 'drop' });
    case 'null':
      return () => ({ type: 'put', value: null });
    case 'replace':
      return () => ({ type: 'put', value: fault.value });
    case 'truncate':
      return (value) => {
        const half = firstHalf(value);
        return half === undefined ? undefined : { type: 'put', value: half };
      };
  }
}

/** The first half, rounded down: of a text in whole characters, of bytes, of a list. */
function firstHalf(value: unknown): unknown {
  if (Array.isArray(value) || value instanceof Uint8Array)
    return value.length === 0 ? undefined : value.slice(0, Math.floor(value.length / 2));
  if (typeof value !== 'string' || value === '') return undefined;
  const characters = Array.from(value);
  return characters.slice(0, Math.floor(characters.length / 2)).join('');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
