import type { BatchRecord } from './records.ts';

/**
 * A handler's answer with more records reported as failed. Without an answer it has dealt with all of them. Undefined
 * where the answer is none that AWS reads as a report, or reports them all already.
 */
export function withFailures(answer: unknown, ids: readonly string[]): unknown {
  const reported = reportedIn(answer);
  if (reported === undefined) return undefined;
  const known = new Set(reported.map(identifierOf));
  const added = [...new Set(ids)].filter((id) => !known.has(id));
  if (added.length === 0) return undefined;
  const failures = [...reported, ...added.map((itemIdentifier) => ({ itemIdentifier }))];
  return { ...(typeof answer === 'object' ? answer : {}), batchItemFailures: failures };
}

/**
 * The chosen records, and of a group that keeps its order all that come after one of them: else what follows would
 * overtake what is delivered again.
 */
export function failing(records: readonly BatchRecord[], chosen: readonly boolean[]): readonly string[] {
  const broken = new Set<string>();
  return records.flatMap(({ id, group }, index) => {
    if (chosen[index] !== true && (group === undefined || !broken.has(group))) return [];
    if (group !== undefined) broken.add(group);
    return [id];
  });
}

/**
 * The report on a batch of a stream that was handed over in another order. A stream goes on at the lowest number that is
 * reported, and takes all before it as done, so whatever came after the first failure is reported as well.
 */
export function mendedForStream(answer: unknown, handed: readonly BatchRecord[]): unknown {
  const reported = new Set((reportedIn(answer) ?? []).map(identifierOf));
  const first = handed.findIndex(({ id }) => reported.has(id));
  if (first < 0) return answer;
  const rest = handed.slice(first).map(({ id }) => id);
  return lowest(rest) === lowest(handed.flatMap(({ id }) => (reported.has(id) ? [id] : [])))
    ? answer
    : (withFailures(answer, [lowest(rest)]) ?? answer);
}

/** A report in which each record stands once, though it was handed over twice. */
export function mendedForDuplicates(answer: unknown): unknown {
  const reported = reportedIn(answer) ?? [];
  const once = reported.filter(
    (failure, index) =>
      reported.findIndex((other) => identifierOf(other) === identifierOf(failure)) === index,
  );
  return once.length === reported.length ? answer : { ...Object(answer), batchItemFailures: once };
}

/** What a handler reports; undefined where AWS would not read its answer as a report. */
function reportedIn(answer: unknown): readonly unknown[] | undefined {
  if (answer === undefined || answer === null) return [];
  if (typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  const reported: unknown = Reflect.get(answer, 'batchItemFailures');
  if (reported === undefined || reported === null) return [];
  return Array.isArray(reported) ? reported : undefined;
}

function identifierOf(failure: unknown): unknown {
  return typeof failure === 'object' && failure !== null ? Reflect.get(failure, 'itemIdentifier') : undefined;
}

function lowest(sequenceNumbers: readonly string[]): string {
  return sequenceNumbers.reduce((low, number) => (BigInt(number) < BigInt(low) ? number : low));
}
