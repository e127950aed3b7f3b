import { judgeAlarm } from '../../../src/signals/cloudwatch.alarm.ts';
import { cloudwatchMetric, judgeMetric, queryOf } from '../../../src/signals/cloudwatch.metric.ts';
import { httpProbe, judgeAnswer } from '../../../src/signals/http.probe.ts';
import { judgeInvoked, lambdaProbe } from '../../../src/signals/lambda.probe.ts';
import type { LookContext, SignalOf } from '../../../src/signals/module.ts';
import type { Probes } from '../../../src/signals/probes.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);

function metric(change: Partial<SignalOf<'cloudwatch.metric'>> = {}): SignalOf<'cloudwatch.metric'> {
  return {
    name: 'orders',
    signal: 'cloudwatch.metric',
    namespace: 'Shop',
    metric: 'Orders',
    stat: 'Sum',
    atLeast: 100,
    ...change,
  };
}

const span = { from: noon, until: noon + 3 * minute, periodMs: minute };
const at = (period: number, value: number): { at: number; value: number } => ({
  at: noon + period * minute,
  value,
});

describe('a metric', () => {
  it.each([
    ['at its limit is kept', {}, [at(2, 100)], 'kept', 100],
    ['below atLeast is broken', {}, [at(2, 99)], 'broken', 99],
    ['above atMost is broken', { atMost: 200 }, [at(2, 201)], 'broken', 201],
    ['between both is kept', { atMost: 200 }, [at(2, 150)], 'kept', 150],
    ['is judged on its latest period, in whatever order they come', {}, [at(2, 5), at(0, 100)], 'broken', 5],
    ['that is no number is broken', {}, [at(2, NaN)], 'broken', NaN],
    ['without any data is unknown', {}, [], 'unknown', null],
    ['outside of the periods asked for is unknown', {}, [at(3, 100), at(-1, 100)], 'unknown', null],
    ['without data is broken where that is a deviation', { missing: 'deviation' }, [], 'broken', null],
    ['late with its data is broken there, too', { missing: 'deviation' }, [at(1, 100)], 'broken', null],
    ['without data is zero where that is said: broken', { missing: 'zero' }, [], 'broken', 0],
    ['and kept', { missing: 'zero', atLeast: 0 }, [], 'kept', 0],
    ['without data is kept where that is ignored', { missing: 'ignore' }, [], 'kept', null],
    ['with data is judged there as well', { missing: 'ignore' }, [at(2, 5)], 'broken', 5],
    [
      'counted in seconds is compared with a span',
      { timeUnit: 'seconds', atLeast: 0, atMost: { ms: 600_000 } },
      [at(2, 601)],
      'broken',
      601,
    ],
    [
      'counted in microseconds, too',
      { timeUnit: 'microseconds', atLeast: 0, atMost: { ms: 1 } },
      [at(2, 1000)],
      'kept',
      1000,
    ],
  ] as const)('%s', (_what, change, points, state, value) => {
    expect(judgeMetric(metric(change), span, points)).toMatchObject({ state, value });
  });

  it('asks for no period that the fault was in place in only partly, and for none that may still grow', () => {
    const since = noon + 20_000;
    const asked = (now: number): unknown => {
      const { from, until } = queryOf(metric(), now, since);
      return from >= until ? 'nothing' : [(from - noon) / minute, (until - noon) / minute];
    };
    expect(asked(noon + 2.9 * minute)).toBe('nothing');
    // The period from minute 1 to 2, a minute after its end.
    expect(asked(noon + 3 * minute)).toEqual([1, 2]);
    expect(asked(noon + 9 * minute)).toEqual([5, 8]);
    expect(cloudwatchMetric.knownAfterMs(metric())).toBe(3 * minute);
  });

  it('says what it claims in the unit that its author wrote', () => {
    expect(cloudwatchMetric.claim(metric({ atMost: 5000 }))).toBe(
      'Sum of Orders at least 100 and at most 5000',
    );
    const age = metric({ metric: 'Age', stat: 'Maximum', timeUnit: 'seconds', atMost: { ms: 90_000 } });
    expect(cloudwatchMetric.claim({ ...age, atLeast: undefined as never })).toContain('Maximum of Age');
  });
});

it.each([
  ['OK', false, 'kept', undefined],
  ['ALARM', false, 'broken', undefined],
  ['ALARM', true, 'broken', undefined],
  ['INSUFFICIENT_DATA', false, 'unknown', true],
  ['INSUFFICIENT_DATA', true, 'kept', undefined],
  [undefined, true, 'unknown', true],
] as const)('an alarm that is %s (quiet: %s) is %s', (state, quiet, judged, blind) => {
  expect(judgeAlarm(state, quiet)).toMatchObject({ state: judged });
  expect(judgeAlarm(state, quiet).blind).toBe(blind);
});

describe('an HTTP answer', () => {
  it.each([
    [{}, 200, '', 'kept'],
    [{}, 299, '', 'kept'],
    [{}, 302, '', 'broken'],
    [{}, 199, '', 'broken'],
    [{ status: 404 }, 404, '', 'kept'],
    [{ status: 404 }, 200, '', 'broken'],
    [{ body: { contains: 'ok' } }, 200, 'all ok here', 'kept'],
    [{ body: { contains: 'ok' } }, 200, 'nothing', 'broken'],
    [{ body: { contains: 'ok' } }, 500, 'ok', 'broken'],
  ] as const)('wanted as %j, given as %d %j, is %s judged', (wanted, status, body, state) => {
    expect(judgeAnswer(wanted, { status, body }).state).toBe(state);
  });
});

describe('the answer of a function', () => {
  it.each([
    [{}, null, 'null', 'kept'],
    [{}, 'Unhandled', '{}', 'broken'],
    [{ body: { contains: 'paid' } }, null, '{"state":"paid"}', 'kept'],
    [{ body: { contains: 'paid' } }, null, '{"state":"open"}', 'broken'],
    [{ body: { equals: { a: [1, { b: null }], c: 2 } } }, null, '{"c":2,"a":[1,{"b":null}]}', 'kept'],
    [{ body: { equals: { a: [1, 2] } } }, null, '{"a":[2,1]}', 'broken'],
    [{ body: { equals: { a: 1 } } }, null, '{"a":1,"b":2}', 'broken'],
    [{ body: { equals: {} } }, null, '[]', 'broken'],
    [{ body: { equals: null } }, null, 'no JSON', 'broken'],
    [{ body: { equals: null } }, null, 'null', 'kept'],
  ] as const)('wanted as %j, given with error %s as %s, is judged %s', (wanted, error, body, state) => {
    expect(judgeInvoked(wanted, { error, body }).state).toBe(state);
  });
});

describe('a probe', () => {
  let now = 0;
  const context = (probes: Probes, deadlineAfterMs = Infinity): LookContext => ({
    probes: {
      metrics: () => Promise.resolve([]),
      alarms: () => Promise.resolve([]),
      http: () => Promise.reject(new Error('not asked')),
      invoke: () => Promise.reject(new Error('not asked')),
      ...probes,
    },
    at: 0,
    since: null,
    signal: new AbortController().signal,
    deadline: (afterMs, work) => {
      if (afterMs > deadlineAfterMs) {
        now += afterMs;
        return Promise.reject(Object.assign(new Error('late'), { name: 'DeadlineError' }));
      }
      return work(new AbortController().signal);
    },
    now: () => now,
  });
  const http: SignalOf<'http.probe'> = { name: 'page', signal: 'http.probe', url: 'https://example.com/' };
  const lambda: SignalOf<'lambda.probe'> = { name: 'fn', signal: 'lambda.probe', function: 'checkout' };

  it('that cannot connect is a deviation, with its reason', async () => {
    const refused = { http: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    expect(await httpProbe.look(http, context(refused))).toMatchObject({
      state: 'broken',
      detail: 'no answer: connect ECONNREFUSED',
    });
    const throttled = { invoke: () => Promise.reject(new Error('Rate Exceeded.')) };
    expect((await lambdaProbe.look(lambda, context(throttled))).state).toBe('broken');
  });

  it('that gets no answer in time is a deviation', async () => {
    expect(await httpProbe.look({ ...http, within: 700 }, context({}, 0))).toMatchObject({
      state: 'broken',
      value: 700,
      detail: 'no answer within 700 ms',
    });
  });

  it('whose right answer came late all the same is a deviation', async () => {
    const slow = {
      http: () => {
        now += 6_000;
        return Promise.resolve({ status: 200, body: '' });
      },
    };
    expect(await httpProbe.look(http, context(slow))).toMatchObject({ state: 'broken', value: 6_000 });
    expect(await httpProbe.look({ ...http, within: 7_000 }, context(slow))).toMatchObject({ state: 'kept' });
  });

  it('sends what the file says, and nothing that changes anything unless it does', async () => {
    const asked: unknown[] = [];
    const probes: Probes = {
      http: (request) => {
        asked.push(request);
        return Promise.resolve({ status: 200, body: '' });
      },
      invoke: (invocation) => {
        asked.push(invocation);
        return Promise.resolve({ error: null, body: '' });
      },
    };
    await httpProbe.look(http, context(probes));
    await httpProbe.look(
      { ...http, method: 'POST', headers: { a: 'b' }, body: { contains: 'x' } },
      context(probes),
    );
    await lambdaProbe.look({ ...lambda, payload: { a: 1 } }, context(probes));
    expect(asked).toEqual([
      { url: http.url, method: 'GET', headers: {}, readsBody: false },
      { url: http.url, method: 'POST', headers: { a: 'b' }, readsBody: true },
      { function: 'checkout', payload: '{"a":1}' },
    ]);
    expect(httpProbe.claim({ ...http, url: 'https://example.com/a?key=secret' })).not.toContain('secret');
  });
});
