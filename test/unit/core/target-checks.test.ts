import { findProblems } from '../../../src/core/experiment.ts';

const base = {
  inoculate: 'experiment/1',
  name: 'checked',
  hypothesis: 'What is checked here is right.',
  duration: '10m',
};
const page = { name: 'page', signal: 'http.probe', url: 'https://example.com/health' };
const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:eu-central-1:123456789012:${resource}`;

/** The codes and places of everything that is wrong. */
function problems(file: Record<string, unknown>): string[] {
  return findProblems({ ...base, ...file }, { stage: 'dev' }).map(
    ({ path, code }) => `${path.join('.')} ${code}`,
  );
}

function withTargets(targets: Record<string, unknown>): string[] {
  return problems({ targets, steadyState: [page], faults: [] });
}

describe('the name of a target', () => {
  it.each([
    ['table', { table: 'orders-${stage}' }],
    ['table', { table: arnOf('dynamodb', 'table/orders.v2') }],
    ['queue', { queue: 'orders.fifo' }],
    ['queue', { queue: 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders' }],
    ['queue', { queue: arnOf('sqs', 'orders') }],
    ['topic', { topic: arnOf('sns', 'orders.fifo') }],
    ['bucket', { bucket: 'my.files-1' }],
    ['rule', { rule: 'every.hour', bus: 'shop/events' }],
    ['api', { api: 'a1b2c3d4e5', apiStage: '$default' }],
    ['healthCheck', { healthCheck: '01234567-89ab-cdef-0123-456789abcdef' }],
    ['fisTemplate', { fisTemplate: 'EXT1a2b3c4d5e6f7' }],
    ['eventSource', { eventSource: arnOf('kinesis', 'stream/clicks'), consumer: 'worker:live' }],
  ])('of a %s may be %j', (_type, target) => {
    expect(withTargets({ it: target })).toEqual([]);
  });

  it.each([
    ['table', { table: 'or' }, 'table'],
    ['table', { table: arnOf('sqs', 'orders') }, 'table'],
    ['queue', { queue: 'orders.txt' }, 'queue'],
    ['queue', { queue: 'https://example.com/orders' }, 'queue'],
    ['queue', { queue: 'x'.repeat(81) }, 'queue'],
    ['topic', { topic: 'orders events' }, 'topic'],
    ['bucket', { bucket: 'Orders' }, 'bucket'],
    ['bucket', { bucket: '10.0.0.1' }, 'bucket'],
    ['bucket', { bucket: 'a..b' }, 'bucket'],
    ['rule', { rule: 'shop|hourly' }, 'rule'],
    ['bus', { rule: 'hourly', bus: 'a b' }, 'bus'],
    ['apiStage', { api: 'a1', apiStage: 'my stage' }, 'apiStage'],
    ['consumer', { eventSource: 'orders', consumer: 'a b' }, 'consumer'],
  ])('as a %s cannot be %j', (_type, target, property) => {
    expect(withTargets({ it: target })).toEqual([`targets.it.${property} not-a-name`]);
  });

  it('is told apart from another one, however both are written', () => {
    const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders';
    expect(withTargets({ a: { queue: 'orders' }, b: { queue: url } })).toEqual([
      'targets.b duplicate-target',
    ]);
    expect(withTargets({ a: { queue: 'orders' }, b: { topic: 'orders' } })).toEqual([]);
    expect(withTargets({ a: { rule: 'r' }, b: { rule: 'r', bus: 'default' } })).toEqual([
      'targets.b duplicate-target',
    ]);
    expect(withTargets({ a: { rule: 'r' }, b: { rule: 'r', bus: 'shop' } })).toEqual([]);
    expect(withTargets({ a: { table: 'orders' }, b: { table: arnOf('dynamodb', 'table/orders') } })).toEqual([
      'targets.b duplicate-target',
    ]);
  });
});

describe('the target of a fault', () => {
  it('is of the type that its kind takes; what would be right is told', () => {
    const file = {
      ...base,
      targets: { fn: { lambda: 'shop-checkout' } },
      steadyState: [page],
      faults: [{ kind: 'dynamodb.throttle', target: 'fn' }],
    };
    const [problem, ...more] = findProblems(file, { stage: 'dev' });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      path: ['faults', 0, 'target'],
      code: 'wrong-target-type',
      message: 'dynamodb.throttle takes a table, and "fn" is a function',
      expected: 'write { table: NAME } for it',
    });
    expect(problems({ ...file, targets: { fn: { table: 'orders' } } })).toEqual([]);
  });
});

describe('the exposure', () => {
  const targets = { fn: { lambda: 'shop-checkout' } };
  const slow = { kind: 'invocation.latency', target: 'fn', delay: '1s' };
  const throttled = { kind: 'lambda.throttle', target: 'fn', concurrency: 0 };

  it.each([
    ['is needed where a fault works inside a function', [slow], {}, ['exposure missing']],
    ['is needed though another one does not', [throttled, slow], {}, ['exposure missing']],
    ['may stand there', [slow], { exposure: '10%' }, []],
    ['is refused where none does', [throttled], { exposure: '10%' }, ['exposure exposure-without-groups']],
    ['need not stand there', [throttled], {}, []],
    ['is not asked for where a kind is not known', [{ kind: 'no.such', target: 'fn' }], {}, []],
    ['is at most half', [slow], { exposure: '51%' }, ['exposure exposure-too-large']],
  ])('%s', (_what, faults, change, expected) => {
    expect(problems({ targets, steadyState: [page], faults, ...change })).toEqual(expected);
  });
});

describe('a signal that is kept or broken', () => {
  const metric = {
    name: 'm',
    signal: 'cloudwatch.metric',
    namespace: 'Shop',
    metric: 'Orders',
    stat: 'Sum',
    atLeast: 1,
  };
  const about = (signal: Record<string, unknown>, change: Record<string, unknown> = {}): string[] =>
    problems({ targets: { t: { table: 'orders' } }, steadyState: [signal], faults: [], ...change });

  it.each([
    ['is fine as it is', metric, []],
    ['may have short periods', { ...metric, period: '10s' }, []],
    ['has no periods between', { ...metric, period: '45s' }, ['steadyState.0.period bad-period']],
    [
      'has none below ten seconds',
      { ...metric, period: '5s' },
      ['steadyState.0.period out-of-bounds', 'steadyState.0.period bad-period'],
    ],
    [
      'needs to know what it counts time in',
      { ...metric, atLeast: '10m' },
      ['steadyState.0.atLeast unit-missing'],
    ],
    ['is compared with a length of time then', { ...metric, atLeast: '10m', timeUnit: 'seconds' }, []],
    ['and with no plain number', { ...metric, timeUnit: 'seconds' }, ['steadyState.0.atLeast unit-missing']],
    ['has limits with something between', { ...metric, atMost: 0 }, ['steadyState.0.atMost not-ascending']],
    [
      'cannot be known in a fault that is shorter than its periods',
      { ...metric, period: '5m' },
      ['steadyState.0.signal never-judged'],
    ],
    ['unless it need not be', { ...metric, period: '5m', when: ['before', 'after'] }, []],
  ])('a metric %s', (_what, signal, expected) => {
    expect(about(signal)).toEqual(expected);
  });

  it('a metric that must hold after the fault needs a recovery that shows it', () => {
    expect(about(metric, { recovery: '1m' })).toEqual(['steadyState.0.signal never-judged']);
    expect(about(metric, { recovery: '3m' })).toEqual([]);
    expect(about({ ...metric, when: ['during'] }, { recovery: '1m' })).toEqual([]);
  });

  it.each([
    ['https://example.com/health?deep=1', []],
    ['http://127.0.0.1:8080/', []],
    ['https://user:secret@example.com/', ['steadyState.0.url credentials-in-url']],
    ['https:///path', ['steadyState.0.url no-host']],
    ['http://169.254.169.254/latest/meta-data', ['steadyState.0.url forbidden-address']],
    ['http://[fe80::1]/', ['steadyState.0.url forbidden-address']],
    ['http://[fd00:ec2::254]/', ['steadyState.0.url forbidden-address']],
  ])('a probe of %s', (url, expected) => {
    expect(about({ ...page, url })).toEqual(expected);
    const [problem] = findProblems(
      { ...base, targets: {}, steadyState: [{ ...page, url }], faults: [] },
      { stage: 'dev' },
    );
    expect(JSON.stringify(problem ?? '')).not.toContain('secret');
  });

  it('a probe by HEAD sees no body, and one that may take too long is refused', () => {
    expect(about({ ...page, method: 'HEAD', body: { contains: 'ok' } })).toEqual([
      'steadyState.0.body never-kept',
    ]);
    expect(about({ ...page, within: '9s' })).toEqual(['steadyState.0.within out-of-bounds']);
  });

  it.each([
    ['shop-checkout', []],
    ['shop-checkout:live', []],
    [arnOf('lambda', 'function:shop-checkout:7'), []],
    [arnOf('sqs', 'orders'), ['steadyState.0.function not-a-function']],
    ['shop checkout', ['steadyState.0.function not-a-function']],
  ])('a probe of function %s', (name, expected) => {
    expect(about({ name: 'fn', signal: 'lambda.probe', function: name })).toEqual(expected);
  });
});
