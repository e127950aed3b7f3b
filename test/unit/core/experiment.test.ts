import type { KnownFacts } from '../../../src/core/experiment-checks.ts';
import { findProblems, resolveExperiment } from '../../../src/core/experiment.ts';
import type { Fault } from '../../../src/generated/types.ts';

type File = Record<string, unknown>;

const file = {
  inoculate: 'experiment/1',
  name: 'checkout',
  hypothesis: 'Checkout on ${stage} keeps its promise.',
  targets: {
    checkout: { lambda: 'shop-${stage}-checkout' },
    payment: { service: 'shop', function: 'payment' },
  },
  steadyState: [
    { name: 'failures', signal: 'failures', target: 'checkout', atMost: '1%', noWorseThan: '+0.5 points' },
    {
      name: 'latency',
      signal: 'latency',
      target: 'payment',
      p50: { atMost: '200ms' },
      p95: { atMost: '800ms' },
    },
  ],
  faults: [
    {
      kind: 'dependency.error',
      target: 'checkout',
      service: 'dynamodb',
      error: 'ThrottlingException',
      rate: '50%',
    },
    { kind: 'invocation.latency', target: 'payment', delay: { p50: '100ms', p99: '1s' } },
  ],
  exposure: '50%',
  duration: '24h',
  recovery: '1h',
  abort: { alarms: ['shop-${stage}-errors', { name: 'shop-${stage}-latency', quiet: true }] },
  schedule: { cron: '0 10 ? * TUE,THU *', timezone: 'Europe/Berlin' },
  triggers: [{ pattern: { source: ['aws.codedeploy'] }, delay: '5m' }],
} as const;

function problems(changes: File, facts: Parameters<typeof findProblems>[1] | File = {}): string[] {
  return findProblems({ ...file, ...changes }, { stage: 'dev', ...facts }).map(
    ({ path, code }) => `${path.join('.')} ${code}`,
  );
}

it('resolves every quantity to a number and the stage everywhere', () => {
  const resolved = resolveExperiment(file, { stage: 'prod' });
  expect(resolved).toEqual({
    ok: true,
    experiment: {
      ...file,
      hypothesis: 'Checkout on prod keeps its promise.',
      targets: { ...file.targets, checkout: { lambda: 'shop-prod-checkout' } },
      steadyState: [
        { name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.01, noWorseThan: 0.005 },
        { name: 'latency', signal: 'latency', target: 'payment', p50: { atMost: 200 }, p95: { atMost: 800 } },
      ],
      faults: [
        { ...file.faults[0], rate: 0.5 },
        { ...file.faults[1], delay: { p50: 100, p99: 1000 } },
      ],
      exposure: 0.5,
      duration: 86_400_000,
      recovery: 3_600_000,
      abort: { alarms: ['shop-prod-errors', { name: 'shop-prod-latency', quiet: true }] },
      triggers: [{ pattern: { source: ['aws.codedeploy'] }, delay: 300_000 }],
    },
  });
});

it('refuses what has not passed the schema', () => {
  for (const wrong of [
    null,
    5,
    [],
    {},
    { ...file, extra: 1 },
    { ...file, duration: 600 * 1000 * 1000 * 1000 },
  ]) {
    expect(resolveExperiment(wrong, { stage: 'dev' })).toMatchObject({ ok: false });
  }
});

const [dynamodb, slow] = file.faults;
const [failures, latency] = file.steadyState;

it.each<[string, File, string[]]>([
  ['an exposure that leaves no control group', { exposure: '50.1%' }, ['exposure exposure-too-large']],
  ['a duration of more than a day', { duration: '24h 1s' }, ['duration too-long']],
  ['a recovery of more than an hour', { recovery: '61m' }, ['recovery too-long']],
  [
    'signals that compare groups, where only directives bring a fault',
    { exposure: undefined, directives: true },
    ['steadyState.0.signal never-judged', 'steadyState.1.signal never-judged'],
  ],
  [
    'directives where no fault works inside a function',
    {
      exposure: undefined,
      directives: true,
      targets: { jobs: { queue: 'jobs' } },
      steadyState: [{ name: 'home', signal: 'http.probe', url: 'https://example.org' }],
      faults: [{ kind: 'sqs.deny', target: 'jobs', actions: ['SendMessage'] }],
    },
    ['directives directives-without-layer'],
  ],
  ['neither an exposure nor directives', { exposure: undefined, directives: false }, ['exposure missing']],
  [
    'quantities out of bounds',
    { exposure: '0%', duration: '0s' },
    ['exposure out-of-bounds', 'duration out-of-bounds'],
  ],
  [
    'a variable that does not exist',
    { hypothesis: 'On ${region} it ${stage} holds' },
    ['hypothesis unknown-variable'],
  ],
  [
    'targets that do not exist, each once',
    {
      steadyState: [{ ...failures, target: 'chekout' }],
      faults: [
        { ...dynamodb, target: 'chekout' },
        { ...slow, target: 'x' },
      ],
    },
    ['faults.0.target unknown-target', 'faults.1.target unknown-target'],
  ],
  [
    'two signals of one name',
    { steadyState: [failures, { ...latency, name: 'failures' }] },
    ['steadyState.1.name duplicate-signal'],
  ],
  [
    'two targets of one function',
    {
      targets: {
        checkout: { lambda: 'shop-${stage}-checkout' },
        payment: { lambda: 'arn:aws:lambda:eu-central-1:123456789012:function:shop-dev-checkout' },
      },
    },
    ['targets.payment duplicate-target'],
  ],
  [
    'two targets of one function of a service',
    {
      targets: { checkout: { service: 'shop', function: 'a' }, payment: { service: 'shop', function: 'a' } },
    },
    ['targets.payment duplicate-target'],
  ],
  [
    'a target that is a version',
    { targets: { ...file.targets, payment: { lambda: 'pay:live' } } },
    ['targets.payment.lambda qualified-function'],
  ],
  [
    'a target that is the ARN of an alias',
    {
      targets: {
        ...file.targets,
        payment: { lambda: 'arn:aws:lambda:eu-central-1:123456789012:function:pay:live' },
      },
    },
    ['targets.payment.lambda qualified-function'],
  ],
  [
    'a target that is no function',
    { targets: { ...file.targets, payment: { lambda: 'arn:aws:sqs:eu-central-1:123456789012:queue' } } },
    ['targets.payment.lambda not-a-function'],
  ],
  [
    'a function name that cannot be',
    { targets: { ...file.targets, payment: { lambda: 'pay ment' } } },
    ['targets.payment.lambda not-a-function'],
  ],
  [
    'min that is not below max',
    { faults: [dynamodb, { ...slow, delay: { min: '1s', max: '1s' } }] },
    ['faults.1.delay.max not-ascending'],
  ],
  [
    'p50 that is not below p99',
    { faults: [dynamodb, { ...slow, delay: { p50: '2s', p99: '1s' } }] },
    ['faults.1.delay.p99 not-ascending'],
  ],
  [
    'a delay longer than any invocation',
    { faults: [dynamodb, { ...slow, delay: '16m' }] },
    ['faults.1.delay too-long'],
  ],
  ['a signal on a target without fault', { faults: [dynamodb] }, ['steadyState.1.target never-judged']],
  [
    'a signal that is not judged during the fault',
    { steadyState: [{ ...failures, when: ['before', 'after'] }] },
    ['steadyState.0.when never-judged'],
  ],
  [
    'a tolerance that allows everything',
    { steadyState: [{ ...failures, atMost: '100%' }] },
    ['steadyState.0.atMost never-exceeded'],
  ],
  [
    'a latency that no invocation exceeds',
    { steadyState: [{ ...latency, p95: { atMost: '15m' } }] },
    ['steadyState.0.p95.atMost never-exceeded'],
  ],
  [
    'a stricter tolerance for a higher quantile',
    { steadyState: [{ ...latency, p95: { atMost: '100ms' } }] },
    ['steadyState.0.p95.atMost not-ascending'],
  ],
  ['an alarm twice', { abort: { alarms: ['a', { name: 'a' }] } }, ['abort.alarms.1 duplicate-alarm']],
  [
    'nothing that would end it early',
    { abort: { onDeviation: false } },
    ['abort.onDeviation no-stop-condition'],
  ],
  [
    'a window on weekdays and on a date',
    { window: { days: ['MON'], date: '2026-12-04', from: '10:00', to: '12:00' } },
    ['window.date mixed-window'],
  ],
  [
    'windows on a date, in a zone and at times that cannot be',
    {
      window: [
        { date: '2026-02-29', from: '10:00', to: '12:00' },
        { from: '24:00', to: '09:00', timezone: 'Europe/Berln' },
        { from: '09:00', to: '09:00' },
      ],
    },
    [
      'window.0.date no-such-date',
      'window.1.timezone unknown-timezone',
      'window.1.from bad-time',
      'window.2.to empty-window',
    ],
  ],
  ['a cooldown of months', { cooldown: '31d' }, ['cooldown too-long']],
  ['an announcement a month ahead', { announce: ['1h', '15d'] }, ['announce.1 too-long']],
  ['an announcement of nothing', { announce: ['1h'], schedule: undefined }, ['announce nothing-to-announce']],
  [
    'a time zone that does not exist',
    { schedule: { ...file.schedule, timezone: 'Europe/Berln' } },
    ['schedule.timezone unknown-timezone'],
  ],
])('tells %s', (_, changes, expected) => {
  expect(problems(changes)).toEqual(expected);
});

describe('cron expressions', () => {
  it.each([
    '0 10 ? * TUE,THU *',
    '0/15 8-17 ? * MON-FRI *',
    '0 0 1 1 ? 2026-2030',
    '*/5 * * * ? *',
    '0 9 L * ? *',
    '0 9 ? * 2#1 *',
    '0 9 15W JAN-MAR ? *',
    '0 9 ? * 6L *',
  ])('%s is one', (cron) => {
    expect(problems({ schedule: { cron, timezone: 'UTC' } })).toEqual([]);
  });
  it.each([
    '60 10 ? * TUE *',
    '0 24 ? * TUE *',
    '0 10 * * TUE *',
    '0 10 ? * ? *',
    '0 10 0 * ? *',
    '0 10 ? 13 TUE *',
    '0 10 ? * DIE *',
    '0 10 ? * 0 *',
    '0 10 ? * TUE 1969',
    '0 10/0 ? * TUE *',
    '? 10 1 * ? *',
    '0 10 1-2-3 * ? *',
  ])('%s is none', (cron) => {
    expect(problems({ schedule: { cron, timezone: 'UTC' } })).toEqual(['schedule.cron bad-cron']);
  });
});

describe('with facts from outside', () => {
  it('tells what of a dependency can never happen, and where it stands', () => {
    const dependencyTrouble: KnownFacts['dependencyTrouble'] = ({ service, operations, error }, suggest) => ({
      parameter: 'error',
      message: `${service} ${operations?.join()} ${error}`,
      expected: String(suggest('throtle', ['throttle'])),
    });
    const faults = [
      { ...dynamodb, operations: ['GetItem', 'Query'], error: 'TooManyRequestsException' },
      slow,
    ];
    const [problem, ...more] = findProblems({ ...file, faults }, { stage: 'dev', dependencyTrouble });
    expect(more).toEqual([]);
    expect(problem).toEqual({
      path: ['faults', 0, 'error'],
      code: 'never-happens',
      message: 'dynamodb GetItem,Query TooManyRequestsException',
      found: '"TooManyRequestsException"',
      expected: 'throttle',
    });
    expect(problems({ faults })).toEqual([]);
  });

  it('a fault that can lose data needs acceptsDataLoss, and with it is allowed', () => {
    const losesData = (fault: Fault): string | null =>
      fault.kind === 'invocation.latency' ? 'events are dropped' : null;
    expect(problems({}, { losesData })).toEqual(['faults.1 data-loss-not-accepted']);
    const accepted = [dynamodb, { ...slow, acceptsDataLoss: true }];
    expect(problems({ faults: accepted }, { losesData })).toEqual([]);
    expect(problems({ faults: [dynamodb, { ...slow, acceptsDataLoss: false }] }, { losesData })).toHaveLength(
      1,
    );
  });
});

it('everything is told at once', () => {
  const all = problems({
    exposure: '60%',
    duration: '25h',
    faults: [{ ...dynamodb, target: 'nobody' }],
    steadyState: [failures, failures],
    hypothesis: 'It holds in ${region}',
  });
  expect(all.sort()).toEqual([
    'duration too-long',
    'exposure exposure-too-large',
    'faults.0.target unknown-target',
    'hypothesis unknown-variable',
    'steadyState.1.name duplicate-signal',
  ]);
});
