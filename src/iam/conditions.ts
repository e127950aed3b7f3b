import { matchesArn, matchesPattern } from './match.ts';
import { type AccessRequest, type Conditions, listOf } from './policy.ts';

type Compare = (wanted: string, given: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** True where the value equals none of those in the policy, and where there is no value. */
  readonly negated: boolean;
}

const equals: Compare = (wanted, given) => wanted === given;
const equalsIgnoringCase: Compare = (wanted, given) => wanted.toLowerCase() === given.toLowerCase();

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equals, negated: false },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: equalsIgnoringCase, negated: true },
  StringLike: { compare: matchesPattern, negated: false },
  StringNotLike: { compare: matchesPattern, negated: true },
  ArnEquals: { compare: matchesArn, negated: false },
  ArnLike: { compare: matchesArn, negated: false },
  ArnNotEquals: { compare: matchesArn, negated: true },
  ArnNotLike: { compare: matchesArn, negated: true },
  Bool: { compare: equalsIgnoringCase, negated: false },
  NumericEquals: { compare: (wanted, given) => Number(wanted) === Number(given), negated: false },
  NumericNotEquals: { compare: (wanted, given) => Number(wanted) === Number(given), negated: true },
  NumericLessThan: { compare: (wanted, given) => Number(given) < Number(wanted), negated: false },
  NumericLessThanEquals: { compare: (wanted, given) => Number(given) <= Number(wanted), negated: false },
  NumericGreaterThan: { compare: (wanted, given) => Number(given) > Number(wanted), negated: false },
  NumericGreaterThanEquals: { compare: (wanted, given) => Number(given) >= Number(wanted), negated: false },
};

/** Every operator and every key of it must hold. Throws where an operator is not known: no guess is safe. */
export function conditionsHold(
  conditions: Conditions | undefined,
  context: AccessRequest['context'],
): boolean {
  const values = new Map(
    Object.entries(context).map(([key, value]) => [
      key.toLowerCase(),
      { single: !Array.isArray(value), values: listOf(value) },
    ]),
  );
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holds(operator, key, listOf(wanted), values.get(key.toLowerCase()) ?? { single: true, values: [] }),
    ),
  );
}

interface Given {
  readonly single: boolean;
  readonly values: readonly string[];
}

function holds(name: string, key: string, wanted: readonly string[], given: Given): boolean {
  if (name === 'Null')
    return wanted.some((value) => value.toLowerCase() === String(given.values.length === 0));
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const operator = Object.hasOwn(operators, base) ? operators[base] : undefined;
  if (operator === undefined) throw new Error(`Condition operator ${name} is not known here`);
  const fits = (value: string): boolean =>
    wanted.some((one) => operator.compare(one, value)) !== operator.negated;
  // Both compare what is there, value by value; with IfExists or without, it is the same.
  if (set === 'ForAllValues') return given.values.every(fits);
  if (set === 'ForAnyValue') return given.values.some(fits);
  if (given.values.length === 0) return operator.negated || ifExists !== undefined;
  if (!given.single)
    throw new Error(`${name} on the multivalued key ${key} needs ForAllValues or ForAnyValue`);
  return given.values.every(fits);
}
