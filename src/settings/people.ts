import { type Problem, show } from '../core/problem.ts';
import { isMapping } from '../core/schema-branch.ts';

/** An identity that two people share tells neither from the other. */
export function findPeopleProblems(people: unknown): readonly Problem[] {
  if (!Array.isArray(people)) return [];
  const owners = new Map<string, string>();
  return people.flatMap((person: unknown, index): readonly Problem[] => {
    if (!isMapping(person)) return [];
    const name = String(person['name']);
    const identities: readonly (readonly [unknown, readonly (string | number)[]])[] = [
      [person['slack'], ['slack']],
      ...(Array.isArray(person['aws'])
        ? person['aws'].map((arn: unknown, at): readonly [unknown, readonly (string | number)[]] => [
            arn,
            ['aws', at],
          ])
        : []),
    ];
    return identities.flatMap(([identity, path]): readonly Problem[] => {
      if (typeof identity !== 'string') return [];
      const owner = owners.get(identity);
      if (owner === undefined) {
        owners.set(identity, name);
        return [];
      }
      return [
        {
          path: ['people', index, ...path],
          code: 'shared-identity',
          message: `${show(identity)} is ${owner} already`,
          found: identity,
          expected: 'identities of one person each',
        },
      ];
    });
  });
}
