import type { Entry } from './experiment-parts.ts';
import { placementOf } from './placement.ts';
import { type Problem, show } from './problem.ts';

/** All faults of a target draw its groups alike, and what sticks is compared with nothing. */
export function checkSticky(faults: readonly Entry[], signals: readonly Entry[]): Problem[] {
  const inFunction = faults.filter(({ value }) => placementOf(value['kind']) === 'in-function');
  const sticky = new Set(
    inFunction.flatMap(({ value: { stickyBy, target } }) =>
      stickyBy === undefined || typeof target !== 'string' ? [] : [target],
    ),
  );
  return [
    ...[...sticky].flatMap((target) =>
      checkAlike(
        target,
        inFunction.filter(({ value }) => value['target'] === target),
      ),
    ),
    ...checkAbsolute(sticky, signals),
  ];
}

function checkAlike(target: string, faults: readonly Entry[]): Problem[] {
  const first = faults.find(({ value }) => typeof value['stickyBy'] === 'string');
  const wanted = first?.value['stickyBy'];
  if (typeof wanted !== 'string') return [];
  return faults.flatMap(({ path, value: { stickyBy } }): Problem[] => {
    if (stickyBy === wanted) return [];
    const missing = stickyBy === undefined;
    return [
      {
        path: missing ? path : [...path, 'stickyBy'],
        code: 'different-sticky-by',
        message: `The faults on ${show(target)} must all stick by the same value, or it would have several experimental groups`,
        found: missing ? '' : show(stickyBy),
        expected: `stickyBy: ${wanted}`,
      },
    ];
  });
}

function checkAbsolute(sticky: ReadonlySet<unknown>, signals: readonly Entry[]): Problem[] {
  return signals.flatMap(({ path, value }): Problem[] => {
    const { signal, target, atMost, noWorseThan } = value;
    if (signal !== 'failures' || !sticky.has(target)) return [];
    if (atMost !== undefined && noWorseThan === undefined) return [];
    const relative = noWorseThan !== undefined;
    return [
      {
        path: relative ? [...path, 'noWorseThan'] : path,
        code: 'relative-with-sticky-by',
        message: `The groups of ${show(target)} stick by a value and cannot be compared with one another${relative ? '' : ', which is what this signal does without "atMost"'}`,
        found: relative ? show(noWorseThan) : '',
        expected: 'an absolute tolerance alone, such as atMost: 1%',
        ...(relative ? { at: 'key' as const } : {}),
      },
    ];
  });
}
