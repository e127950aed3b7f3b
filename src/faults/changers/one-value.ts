import { EffectError } from '../../engine/errors.ts';

/** What several faults set on one resource; undefined where none sets it. Throws `EffectError` where they differ. */
export function oneValue<T>(what: string, values: readonly (T | undefined)[]): T | undefined {
  const different = [...new Set(values.filter((value) => value !== undefined))];
  if (different.length > 1)
    throw new EffectError(
      'contradiction',
      `The experiment's faults set the ${what} of one target to ${different.join(' and to ')}; it can have one value`,
      { unknown: false },
    );
  return different[0];
}
