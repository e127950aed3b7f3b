import fc from 'fast-check';
import { editDistance, suggest } from '../../../src/core/suggest.ts';
import { experimentSchema, faultSchemas } from '../../../src/generated/catalogue.ts';

const kinds = Object.keys(faultSchemas);
const properties = Object.keys(experimentSchema.properties ?? {});

it.each([
  ['exposre', properties, 'exposure'],
  ['expsoure', properties, 'exposure'],
  ['Duration', properties, 'duration'],
  ['steady-state', properties, 'steadyState'],
  ['steady_state', properties, 'steadyState'],
  ['target', properties, 'targets'],
  ['fault', properties, 'faults'],
  ['probability', properties, undefined],
  ['x', properties, undefined],
  ['', properties, undefined],
  ['dependency.eror', kinds, 'dependency.error'],
  ['dependency-latency', kinds, 'dependency.latency'],
  ['dependencyError', kinds, 'dependency.error'],
  ['invocationError', kinds, 'invocation.error'],
  // Two kinds are meant as likely.
  ['latency', kinds, undefined],
  ['volcano', kinds, undefined],
  ['on', ['alarms', 'onDeviation'], 'onDeviation'],
  ['dynamo', ['dynamodb', 'lambda'], 'dynamodb'],
  ['chekout', ['checkout', 'payment'], 'checkout'],
  ['Europe/Berln', ['Europe/Berlin', 'Europe/Bern', 'Asia/Tokyo'], 'Europe/Berlin'],
  [
    'ProvisionedThroughputExceeded',
    ['ProvisionedThroughputExceededException', 'ThrottlingException'],
    'ProvisionedThroughputExceededException',
  ],
] as const)('%p suggests %#', (found, candidates, expected) => {
  expect(suggest(found, candidates)).toBe(expected);
});

it('one letter more, less, other or swapped is found in every word of four letters and more', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{4,12}$/),
      fc.nat(11),
      fc.constantFrom('q', 'z'),
      (word, place, letter) => {
        const at = place % word.length;
        const swapped =
          at === 0
            ? word
            : word.slice(0, at - 1) + (word[at] ?? '') + (word[at - 1] ?? '') + word.slice(at + 1);
        const variants = [
          word.slice(0, at) + letter + word.slice(at),
          word.slice(0, at) + word.slice(at + 1),
          word.slice(0, at) + letter + word.slice(at + 1),
          swapped,
        ];
        for (const variant of variants) {
          expect(editDistance(variant, word, 3)).toBeLessThanOrEqual(1);
          expect(suggest(variant, ['0123456789', word])).toBe(word);
        }
      },
    ),
  );
});
