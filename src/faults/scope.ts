import type { InFunctionFault } from '../generated/types.ts';

type Condition = NonNullable<InFunctionFault['match']>[number];

/** Whom an in-function fault is for and where it stops, after what it does: ", where …; at most 5 times …". */
export function describeScope({ match, budget, stickyBy }: InFunctionFault): string {
  return [
    ...(match === undefined ? [] : [`, where ${match.map(describeCondition).join(' and ')}`]),
    ...(budget === undefined
      ? []
      : [`; at most ${budget === 1 ? 'once' : `${budget} times`} in each sandbox`]),
    ...(stickyBy === undefined ? [] : [`; whoever has the same ${stickyBy} stays in the same group`]),
  ].join('');
}

function describeCondition({ path, ...asked }: Condition): string {
  const parts = [
    ...(asked.exists === undefined ? [] : [asked.exists ? 'is there' : 'is not there']),
    ...(asked.equals === undefined ? [] : [`is ${JSON.stringify(asked.equals)}`]),
    ...(asked.oneOf === undefined
      ? []
      : [`is one of ${asked.oneOf.map((one) => JSON.stringify(one)).join(', ')}`]),
    ...(asked.prefix === undefined ? [] : [`begins with ${JSON.stringify(asked.prefix)}`]),
    ...(asked.atLeast === undefined ? [] : [`is at least ${asked.atLeast}`]),
    ...(asked.above === undefined ? [] : [`is above ${asked.above}`]),
    ...(asked.atMost === undefined ? [] : [`is at most ${asked.atMost}`]),
    ...(asked.below === undefined ? [] : [`is below ${asked.below}`]),
  ];
  return `${path} ${parts.join(' and ')}`;
}
