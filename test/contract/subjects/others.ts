import type { Json } from '../../../src/engine/ports.ts';
import type { OthersChange, Resource } from '../changer-bench.ts';

/** A change by others to the very setting that the fault changes. */
export function toTheSetting(change: () => unknown): OthersChange {
  return { make: () => Promise.resolve(void change()), leaves: 'drift', refusesApply: true };
}

/** A change by others to something else of the resource. */
export function besides(change: () => unknown): OthersChange {
  return { make: () => Promise.resolve(void change()), leaves: 'clean', refusesApply: false };
}

/** A target that is no function. */
export function resourceTarget(
  type: Exclude<Resource['target']['type'], 'function'>,
  id: string,
  arn: string,
): Resource['target'] {
  return { name: 'target', type, id, arn, optedIn: true, local: true };
}

/** As it would stand in an answer of AWS. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
