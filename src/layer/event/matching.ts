import type { InFunctionFault } from '../../generated/types.ts';
import { pathOf, type EventPath } from './path.ts';
import type { EventReader } from './read.ts';

/** A condition on the event of an invocation. */
export type Condition = NonNullable<InFunctionFault['match']>[number];

/** The conditions of one fault, ready to be asked of many events. */
export type Matcher = (event: EventReader) => boolean;

/** All conditions hold; a list of values, as `Records[*]` gives it, meets one if any of its values does. */
export function matcherOf(conditions: readonly Condition[]): Matcher {
  const ready = conditions.map((condition) => ({ condition, path: pathOf(condition.path) }));
  return (event) => ready.every(({ condition, path }) => meets(condition, event.valuesAt(path)));
}

/** The value that an invocation's group is drawn by; undefined where there is none, or several. */
export function stickyValue(event: EventReader, path: EventPath): string | undefined {
  const [value, ...more] = event.valuesAt(path);
  if (more.length > 0) return undefined;
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function meets(condition: Condition, values: readonly unknown[]): boolean {
  const { exists } = condition;
  if (exists !== undefined && values.length > 0 !== exists) return false;
  // That there is no value is all that can be said of it.
  return exists === false || values.some((value) => fits(condition, value));
}

/** One value has everything that is asked of it. */
function fits({ equals, oneOf, prefix, ...range }: Condition, value: unknown): boolean {
  return (
    (equals === undefined || value === equals) &&
    (oneOf === undefined || oneOf.some((one) => value === one)) &&
    (prefix === undefined || (typeof value === 'string' && value.startsWith(prefix))) &&
    isInRange(range, value)
  );
}

function isInRange({ atLeast, atMost, above, below }: Omit<Condition, 'path'>, value: unknown): boolean {
  if (atLeast === undefined && atMost === undefined && above === undefined && below === undefined)
    return true;
  const number = numberOf(value);
  return (
    number !== undefined &&
    (atLeast === undefined || number >= atLeast) &&
    (atMost === undefined || number <= atMost) &&
    (above === undefined || number > above) &&
    (below === undefined || number < below)
  );
}

/** Headers, query parameters and DynamoDB's numbers are strings. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !DECIMAL.test(value)) return undefined;
  return Number(value);
}

const DECIMAL = /^[+-]?[0-9]{1,64}(?:\.[0-9]{1,64})?(?:[eE][+-]?[0-9]{1,3})?$/;
