import type { FoundRule } from '../../../src/adapters/aws/experiment-rules.ts';
import { rulePrefix } from '../../../src/adapters/aws/experiment-rules.ts';
import { ruleFindings, scheduleFindings } from '../../../src/cli/aws/doctor/starts.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import { plans } from '../report/support/plans.ts';

const entry = (name: string, change: Partial<Experiment> = {}) => ({
  name,
  experiment: { ...plans.held.experiment, name, ...change },
});
const schedule = { rate: '7 days', timezone: 'UTC' } as const;
const texts = (findings: readonly { state: string; message: string; help?: string }[]): readonly string[] =>
  findings.map(({ state, message, help }) => `${state}: ${message}${help === undefined ? '' : ` | ${help}`}`);

describe('schedules, as doctor finds them', () => {
  const experiments = [entry('nightly', { schedule }), entry('by-hand')];
  const on = { name: 'nightly', enabled: true };

  it.each([
    ['as registered', [on], ['ok: 1 schedule, each as registered']],
    [
      'switched off by somebody',
      [{ ...on, enabled: false }],
      [
        'warning: the schedule of nightly is switched off: it starts nothing | inoculate register FILE --stage dev, with the file of nightly: it puts right what starts it',
      ],
    ],
    [
      'gone',
      [],
      [
        'wrong: nightly is to run on a schedule, and has none | inoculate register FILE --stage dev, with the file of nightly: it puts right what starts it',
      ],
    ],
    [
      'left of what is not registered',
      [on, { name: 'forgotten', enabled: true }],
      [
        'wrong: there is a schedule for forgotten, which is not registered | inoculate remove forgotten --stage dev',
      ],
    ],
    [
      'left of an earlier version',
      [on, { name: 'by-hand', enabled: true }],
      [
        'wrong: there is a schedule for by-hand, which does not ask for it | inoculate register FILE --stage dev, with the file of by-hand: it puts right what starts it',
      ],
    ],
  ])('%s', (_what, schedules, expected) => {
    expect(texts(scheduleFindings(experiments, schedules, 'dev'))).toEqual(expected);
  });
});

describe('rules, as doctor finds them', () => {
  const experiments = [
    entry('after-deployment', {
      triggers: [{ alarmOk: 'a' }, { event: { source: 's', type: 't' }, bus: 'shop' }],
    }),
  ];
  const rule = (name: string, index: number, change: Partial<FoundRule> = {}): FoundRule => ({
    bus: 'default',
    name: `${rulePrefix('inoculate-dev', name)}${index}`,
    enabled: true,
    description: `Starts the experiment ${name}`,
    ...change,
  });
  const both = [rule('after-deployment', 1), rule('after-deployment', 2, { bus: 'shop' })];

  it.each<[string, readonly FoundRule[], readonly RegExp[]]>([
    ['as registered', both, [/^ok: 2 rules, each a trigger as registered$/]],
    [
      'switched off by somebody',
      [rule('after-deployment', 1, { enabled: false }), ...both.slice(1)],
      [/^warning: rule inoculate-dev-x-\S+-1 of after-deployment is switched off: .* \| inoculate register/],
    ],
    [
      'gone',
      both.slice(1),
      [/^wrong: a trigger of after-deployment has no rule \(default\/inoculate-dev-x-/],
    ],
    [
      'left on a bus that the file does not name any more',
      [...both, rule('after-deployment', 1, { bus: 'old' })],
      [
        /^wrong: rule \S+-1 on the bus old is for after-deployment, which does not ask for it \| inoculate register/,
      ],
    ],
    [
      'left of what is not registered',
      [...both, rule('forgotten', 1)],
      [
        /^wrong: rule \S+ is for forgotten, which is not registered \| inoculate remove forgotten --stage dev$/,
      ],
    ],
    [
      'of nobody knows whom',
      [...both, rule('forgotten', 1, { bus: 'shop', description: '' })],
      [
        /^wrong: .* is for no experiment that is registered \| aws events remove-targets --rule (\S+) --event-bus-name shop --ids start && aws events delete-rule --name \1 --event-bus-name shop$/,
      ],
    ],
  ])('%s', (_what, rules, expected) => {
    const found = texts(ruleFindings(experiments, rules, 'dev'));
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of found.entries()) expect(text).toMatch(expected[index] ?? /never/);
  });
});
