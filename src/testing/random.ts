import { randomInt } from 'node:crypto';

/** A seed that nobody chose, short enough to be copied by hand. */
export function seedByChance(): number {
  return randomInt(1_000_000_000);
}
