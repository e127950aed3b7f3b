import type { Entry } from './experiment-parts.ts';
import { placementOf } from './placement.ts';
import { type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { formatShare } from './units.ts';

const maxExposure = 0.5;

/** Groups exist within functions only: there an exposure is needed, and elsewhere it would be a promise that nobody keeps. */
export function checkExposure(
  { exposure, directives }: Readonly<Record<string, unknown>>,
  faults: readonly Entry[],
): Problem[] {
  if (typeof exposure === 'number' && exposure > maxExposure)
    return [
      {
        path: ['exposure'],
        code: 'exposure-too-large',
        message: `An exposure of ${formatShare(exposure)} leaves no control group of the same size`,
        found: formatShare(exposure),
        expected: 'at most 50%',
      },
    ];
  const places = faults.map(({ value }) => placementOf(value['kind']));
  // Where a kind is not known, neither is whether it has groups.
  if (places.length === 0 || places.includes(undefined)) return [];
  const inFunction = places.indexOf('in-function');
  if (inFunction < 0 && directives === true)
    return [
      {
        path: ['directives'],
        code: 'directives-without-layer',
        message: 'No fault works inside a function: no single request can ask for one',
        found: 'true',
        expected: 'no "directives"',
        at: 'key',
      },
    ];
  if (inFunction >= 0 && exposure === undefined && directives !== true)
    return [
      {
        path: ['exposure'],
        code: 'missing',
        message: `"exposure" is missing: the fault ${String(faults[inFunction]?.value['kind'])} works inside a function`,
        found: '',
        expected:
          'the share of invocations that get the fault, such as exposure: 10%; or directives: true, where only single requests are to ask for it',
      },
    ];
  if (inFunction < 0 && exposure !== undefined)
    return [
      {
        path: ['exposure'],
        code: 'exposure-without-groups',
        message: 'No fault works inside a function: what is changed on AWS is changed for everybody',
        found: typeof exposure === 'number' ? formatShare(exposure) : show(exposure),
        expected: 'no "exposure"',
        at: 'key',
      },
    ];
  return [];
}

/** What a sandbox decides by itself, no layer would look at where no fault works inside a function. */
export function checkBreaker(abort: unknown, faults: readonly Entry[]): Problem[] {
  if (!isMapping(abort) || abort['failuresPerSandbox'] === undefined) return [];
  const places = faults.map(({ value }) => placementOf(value['kind']));
  if (places.length === 0 || places.includes(undefined) || places.includes('in-function')) return [];
  return [
    {
      path: ['abort', 'failuresPerSandbox'],
      code: 'breaker-without-groups',
      message: 'No fault works inside a function: no sandbox would count its failures',
      found: show(abort['failuresPerSandbox']),
      expected: 'no "failuresPerSandbox"',
      at: 'key',
    },
  ];
}
