import { type Entry, maxInvocationMs } from './experiment-parts.ts';
import { type Problem, listing, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { formatDuration } from './units.ts';

/** Judged on what the layer counts in the two groups, which exist only where a fault is and while it is there. */
const measuredInFunction: ReadonlySet<unknown> = new Set(['failures', 'latency']);

/** Each signal has a name of its own, and can in principle be shown to hold and not to hold. */
export function checkSignals(
  signals: readonly Entry[],
  faults: readonly Entry[],
  targets: readonly string[],
): Problem[] {
  const faulted = faults.map((fault) => fault.value['target']);
  // Where a fault's target is not known, neither is what it leaves without one.
  const known = faulted.length > 0 && faulted.every((name) => targets.some((target) => target === name));
  return [
    ...checkNames(signals),
    ...signals.flatMap((signal) => [
      ...(known
        ? checkGroups(
            signal,
            targets.filter((name) => faulted.includes(name)),
            targets,
          )
        : []),
      ...checkPhases(signal),
      ...checkTolerance(signal),
    ]),
  ];
}

function checkNames(signals: readonly Entry[]): Problem[] {
  const seen = new Set<string>();
  return signals.flatMap(({ path, value }): Problem[] => {
    const { name } = value;
    if (typeof name !== 'string') return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        path: [...path, 'name'],
        code: 'duplicate-signal',
        message: `Two signals are called ${show(name)}`,
        found: name,
        expected: 'a name of its own for each signal',
      },
    ];
  });
}

function checkGroups(
  { path, value }: Entry,
  faulted: readonly string[],
  targets: readonly string[],
): Problem[] {
  const { target, signal } = value;
  if (!measuredInFunction.has(signal) || typeof target !== 'string') return [];
  if (faulted.includes(target) || !targets.includes(target)) return [];
  return [
    {
      path: [...path, 'target'],
      code: 'never-judged',
      message: `No fault hits ${show(target)}: without two groups to compare, this signal could never be judged`,
      found: target,
      expected: `a target of a fault: ${listing(faulted, 'or')}`,
    },
  ];
}

/** Where nothing but directives brings a fault, nothing is compared: such a request is in neither group. */
export function checkGroupsExist(
  signals: readonly Entry[],
  { exposure, directives }: Readonly<Record<string, unknown>>,
): Problem[] {
  if (directives !== true || exposure !== undefined) return [];
  return signals
    .filter(({ value }) => measuredInFunction.has(value['signal']))
    .map(({ path, value }) => ({
      path: [...path, 'signal'],
      code: 'never-judged',
      message: `The signal ${show(value['signal'])} compares two groups, which there are only with an "exposure"`,
      found: show(value['signal']),
      expected: 'an exposure, such as 10%; or a probe, a metric or an alarm in its place',
    }));
}

function checkPhases({ path, value }: Entry): Problem[] {
  const { when, signal } = value;
  if (!measuredInFunction.has(signal) || !Array.isArray(when) || when.length === 0 || when.includes('during'))
    return [];
  return [
    {
      path: [...path, 'when'],
      code: 'never-judged',
      message: `The signal ${show(signal)} compares two groups, which there are only during the fault`,
      found: show(when),
      expected: '"during" among them, or no "when" at all',
    },
  ];
}

function checkTolerance({ path, value }: Entry): Problem[] {
  if (value['signal'] === 'failures') {
    return ['atMost', 'noWorseThan'].flatMap((name) =>
      value[name] === 1
        ? [neverExceeded([...path, name], 'A share of failures is never above 100 %', 'less than 100%')]
        : [],
    );
  }
  return value['signal'] === 'latency' ? checkQuantiles({ path, value }) : [];
}

function checkQuantiles({ path, value }: Entry): Problem[] {
  const problems: Problem[] = [];
  let before: { name: string; ms: number } | undefined;
  for (const name of ['p50', 'p95', 'p99']) {
    const quantile = value[name];
    const ms = isMapping(quantile) ? quantile['atMost'] : undefined;
    if (typeof ms !== 'number') continue;
    const place = [...path, name, 'atMost'];
    if (ms >= maxInvocationMs) {
      const limit = formatDuration(maxInvocationMs);
      problems.push(
        neverExceeded(place, `No Lambda invocation takes longer than ${limit}`, `less than ${limit}`),
      );
    } else if (before !== undefined && ms < before.ms) {
      problems.push({
        path: place,
        code: 'not-ascending',
        message: `"${name}" is stricter than "${before.name}", which allows ${formatDuration(before.ms)} and so means nothing`,
        found: formatDuration(ms),
        expected: `at least ${formatDuration(before.ms)}, or no "${before.name}"`,
      });
    }
    before = { name, ms };
  }
  return problems;
}

function neverExceeded(path: Problem['path'], fact: string, expected: string): Problem {
  const message = `${fact}: this tolerance could never be exceeded`;
  return { path, code: 'never-exceeded', message, found: '', expected };
}
