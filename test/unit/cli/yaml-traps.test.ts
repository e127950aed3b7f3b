import { placesOf, problemsOf, validText, withLines } from './support.ts';

it('the file that the traps are set in is valid', () => {
  expect(problemsOf(validText)).toEqual([]);
});

interface TrapCase {
  readonly name: string;
  readonly line: number;
  readonly text: string | readonly string[];
  /** Which of several lines the mistake is on; the first where nothing is said. */
  readonly row?: number;
  readonly column: number;
  readonly code: string;
  readonly message: RegExp;
  readonly help: RegExp;
}

const zone = 'timezone: Europe/Berlin';
const traps: readonly TrapCase[] = [
  {
    name: 'an unquoted cron with commas in braces',
    line: 24,
    text: `schedule: { cron: 0 10 ? * TUE,THU *, ${zone} }`,
    column: 19,
    code: 'yaml-cron',
    message: /comma ends the value/,
    help: /write "0 10 \? \* TUE,THU \*"/,
  },
  {
    name: 'an unquoted cron with commas in braces over several lines',
    line: 24,
    text: ['schedule: {', '  cron: 0 10 ? * TUE,THU *,', `  ${zone} }`],
    row: 1,
    column: 9,
    code: 'yaml-cron',
    message: /needs quotes/,
    help: /write "0 10 \? \* TUE,THU \*"/,
  },
  {
    name: 'an unquoted cron that begins with an asterisk',
    line: 24,
    text: ['schedule:', '  cron: */5 * * * ? *', `  ${zone}`],
    row: 1,
    column: 9,
    code: 'yaml-cron',
    message: /begins with "\*"/,
    help: /write "\*\/5 \* \* \* \? \*"/,
  },
  {
    name: 'an unquoted cron that begins with an asterisk and a blank',
    line: 24,
    text: `schedule: { ${zone}, cron: * 10 ? * TUE,THU * }`,
    column: 44,
    code: 'yaml-cron',
    message: /begins with "\*"/,
    help: /write "\* 10 \? \* TUE,THU \*"/,
  },
  {
    name: '#channel in brackets is a comment',
    line: 25,
    text: 'notify: [#chaos]',
    column: 10,
    code: 'yaml-comment',
    message: /"#chaos" is a comment to YAML/,
    help: /write "slack:chaos"/,
  },
  {
    name: '#channel after another one is a comment',
    line: 25,
    text: 'notify: [sns, #chaos]',
    column: 15,
    code: 'yaml-comment',
    message: /"#chaos" is a comment/,
    help: /slack:chaos/,
  },
  {
    name: 'slack: #channel is a comment',
    line: 25,
    text: 'notify: [sns, slack: #x]',
    column: 22,
    code: 'yaml-comment',
    message: /"#x" is a comment/,
    help: /write "slack:x"/,
  },
  {
    name: '#channel as a list item is a comment',
    line: 25,
    text: ['notify:', '  - #chaos'],
    row: 1,
    column: 5,
    code: 'yaml-comment',
    message: /"#chaos" is a comment/,
    help: /slack:chaos/,
  },
  {
    name: 'a colon in a sentence',
    line: 3,
    text: 'hypothesis: Checkout: keeps failures under 1 % while DynamoDB fails.',
    column: 13,
    code: 'yaml-colon',
    message: /colon/,
    help: /write "Checkout: keeps failures under 1 % while DynamoDB fails\."/,
  },
  {
    name: 'a value that begins with a percent sign',
    line: 21,
    text: 'exposure: %10',
    column: 11,
    code: 'yaml-start',
    message: /cannot begin with "%"/,
    help: /10%/,
  },
  {
    name: 'a value that begins with an at sign',
    line: 15,
    text: '    resource: @orders',
    column: 15,
    code: 'yaml-start',
    message: /cannot begin with "@"/,
    help: /write "@orders"/,
  },
  {
    name: 'a value that begins with an asterisk',
    line: 15,
    text: '    resource: *orders',
    column: 15,
    code: 'yaml-alias',
    message: /no anchor "&orders"/,
    help: /write "\*orders"/,
  },
  {
    name: 'a variable in braces without quotes',
    line: 5,
    text: '  checkout: { lambda: shop-${stage}-checkout }',
    column: 23,
    code: 'yaml-variable',
    message: /variable/,
    help: /write "shop-\$\{stage\}-checkout"/,
  },
  {
    name: 'yes where true is meant',
    line: 23,
    text: 'abort: { onDeviation: yes }',
    column: 23,
    code: 'wrong-type',
    message: /true or false, not the text "yes"/,
    help: /write true: in YAML 1\.2, yes is only a word/,
  },
  {
    name: 'no where false is meant',
    line: 23,
    text: 'abort: { onDeviation: no }',
    column: 23,
    code: 'wrong-type',
    message: /true or false/,
    help: /write false/,
  },
  {
    name: 'on as the name of a property',
    line: 23,
    text: 'abort: { on: true }',
    column: 10,
    code: 'unknown-property',
    message: /no property "on" in "abort"/,
    help: /did you mean "onDeviation"/,
  },
  {
    name: 'a property twice',
    line: 22,
    text: ['duration: 10m', 'exposure: 20%'],
    row: 1,
    column: 1,
    code: 'duplicate-name',
    message: /"exposure" stands here twice/,
    help: /line 21/,
  },
  {
    name: 'a tab as indentation',
    line: 6,
    text: '\tpayment: { service: shop, function: payment }',
    column: 1,
    code: 'yaml-tab',
    message: /tabs/,
    help: /spaces/,
  },
  {
    name: 'a number without unit where a duration is needed',
    line: 22,
    text: 'duration: 600',
    column: 11,
    code: 'unit-missing',
    message: /600 of what\?/,
    help: /600s or 10m/,
  },
  {
    name: 'a number without unit where a share is needed',
    line: 21,
    text: 'exposure: 0.1',
    column: 11,
    code: 'unit-missing',
    message: /0\.1 of what\?/,
    help: /write 10%/,
  },
  {
    name: 'a time of day where a duration is needed',
    line: 22,
    text: 'duration: 08:00',
    column: 11,
    code: 'not-a-quantity',
    message: /time of day/,
    help: /10m/,
  },
  {
    name: 'an unknown version of the format',
    line: 1,
    text: 'inoculate: experiment/2',
    column: 12,
    code: 'unknown-format',
    message: /does not know the format "experiment\/2"/,
    help: /"experiment\/1"/,
  },
  {
    name: 'a format without its version',
    line: 1,
    text: 'inoculate: experiment',
    column: 12,
    code: 'unknown-format',
    message: /not a format/,
    help: /write inoculate: experiment\/1/,
  },
  {
    name: 'no format at all',
    line: 1,
    text: '# an experiment',
    row: 1,
    column: 1,
    code: 'format-missing',
    message: /format is missing/,
    help: /write inoculate: experiment\/1/,
  },
  {
    name: 'a tag',
    line: 15,
    text: '    resource: !Ref Orders',
    column: 15,
    code: 'yaml-syntax',
    message: /Tags/,
    help: /value itself/,
  },
  {
    name: 'a quote that never ends',
    line: 25,
    text: 'notify: [sns, "slack:chaos]',
    column: 15,
    code: 'yaml-syntax',
    message: /never ends/,
    help: /end it with "/,
  },
  {
    name: 'a bracket that is never closed',
    line: 14,
    text: '    operations: [GetItem, Query',
    column: 17,
    code: 'yaml-syntax',
    message: /"\[" is never closed/,
    help: /close it with "\]"/,
  },
];

describe.each(traps)('YAML trap: $name', ({ line, text, row = 0, column, code, message, help }) => {
  it('is one problem, at its place, with what would be right', () => {
    const problems = problemsOf(withLines({ [line]: text }));
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem).toMatchObject({ column, code });
    expect(problem?.message).toMatch(message);
    expect(problem?.help).toMatch(help);
    expect(problem?.line).toBe(line + row);
  });
});

it('a trap does not hide what comes after it', () => {
  const text = withLines({
    3: 'hypothesis: Checkout: keeps failures under 1 % while DynamoDB fails.',
    5: '  checkout: { lambda: shop-${stage}-checkout }',
    21: 'exposure: %10',
    22: 'duration: 600',
    24: 'schedule: { cron: 0 10 ? * TUE,THU *, timezone: Europe/Berln }',
    25: 'notify: [#chaos]',
  });
  expect(placesOf(text)).toEqual([
    '3:13 yaml-colon',
    '5:23 yaml-variable',
    '21:11 yaml-start',
    '22:11 unit-missing',
    '24:19 yaml-cron',
    '24:49 unknown-timezone',
    '25:10 yaml-comment',
  ]);
});

it('comments, anchors, quoted # and block text that are right are left alone', () => {
  const text = withLines({
    3: ['hypothesis: >-  #why', '  Checkout: keeps "#1" promise; cron: 0 10 ? * TUE,THU * is not one.'],
    13: '    service: dynamodb # not #lambda',
    10: ['faults: #below', ''],
    17: '    rate: &half 50%',
    20: ['    rate: *half', '    delay: 1s'],
    25: 'notify: ["slack:#chaos", sns]  #channels',
  });
  expect(problemsOf(text)).toEqual([]);
});

it('of a file with a syntax error, what stands before it is checked and nothing after it is guessed', () => {
  const text = withLines({ 2: 'name: Checkout', 14: '    operations: [GetItem, Query', 22: 'duration: 600' });
  expect(placesOf(text)).toEqual(['2:7 wrong-form', '14:17 yaml-syntax']);
});
