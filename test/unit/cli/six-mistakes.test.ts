import { formatProblems } from '../../../src/cli/input/format-problems.ts';
import { placesOf, problemsOf, withLines } from './support.ts';

const sixMistakes = withLines({
  3: 'hypothesis: Checkout: keeps failures under 1 % while DynamoDB fails.',
  8: '  - { name: failures, signal: failures, target: chekout, atMost: 1% }',
  11: '  - kind: dependency.eror',
  13: '    servce: dynamodb',
  21: 'exposure: 60%',
  22: 'duration: 600',
});

it('a file with six mistakes shows six, each at its line, by position', () => {
  expect(placesOf(sixMistakes)).toEqual([
    '3:13 yaml-colon',
    '8:49 unknown-target',
    '11:11 unknown-kind',
    '13:5 unknown-property',
    '21:11 exposure-too-large',
    '22:11 unit-missing',
  ]);
});

it('each is shown with its line, a mark under it and what would be right', () => {
  const text = formatProblems(problemsOf(sixMistakes), { color: false });
  expect(text).toContain(
    [
      'test.yaml:8:49 error  There is no target "chekout" in this experiment  (steadyState[0].target)',
      '  8 |   - { name: failures, signal: failures, target: chekout, atMost: 1% }',
      '    |                                                 ^^^^^^^',
      '  help: did you mean "checkout"?',
    ].join('\n'),
  );
  expect(text.match(/^ {2}help: /gm)).toHaveLength(6);
  expect(text).not.toContain('\u001b');
});

it('the same mistakes in JSON have the same paths', () => {
  const json = JSON.stringify(
    {
      inoculate: 'experiment/1',
      name: 'a',
      hypothesis: 'Checkout keeps its promise',
      targets: { checkout: { lambda: 'shop-${stage}-checkout' } },
      steadyState: [{ name: 'failures', signal: 'failures', target: 'chekout', atMost: '1%' }],
      faults: [
        { kind: 'dependency.eror', target: 'checkout', servce: 'dynamodb', error: 'ThrottlingException' },
      ],
      exposure: '60%',
      duration: 600,
    },
    null,
    '\t',
  );
  expect(problemsOf(json, 'test.json').map(({ path, line }) => `${path} ${line}`)).toEqual([
    'steadyState[0].target 14',
    'faults[0].kind 20',
    'faults[0].servce 22',
    'exposure 26',
    'duration 27',
  ]);
});
