import type { CheckSpec } from '../../../src/core/checks.ts';
import type { Phase, Run } from '../../../src/core/run.ts';
import { together } from '../../../src/engine/together.ts';
import type { Clock } from '../../../src/engine/ports.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import { prober } from '../../../src/signals/look.ts';
import { claimsOf } from '../../../src/signals/observe.ts';
import type { Datapoint, MetricQuery, Probes } from '../../../src/signals/probes.ts';
import { experiment, runOf } from '../../contract/samples.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const clock: Clock = { now: () => noon, deadline: (_ms, work) => work(new AbortController().signal) };

const steadyState: Experiment['steadyState'] = [
  { name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.01 },
  {
    name: 'orders',
    signal: 'cloudwatch.metric',
    namespace: 'Shop',
    metric: 'Orders',
    stat: 'Sum',
    atLeast: 1,
  },
  {
    name: 'depth',
    signal: 'cloudwatch.metric',
    namespace: 'Q',
    metric: 'Depth',
    stat: 'Maximum',
    atMost: 9,
    when: ['after'],
  },
  { name: 'errors', signal: 'cloudwatch.alarm', alarm: 'errors' },
  { name: 'page', signal: 'http.probe', url: 'https://example.com/', when: ['during'] },
];

function runIn(
  phase: Phase,
  checks: readonly CheckSpec[] = claimsOf({ ...experiment, steadyState }).checks,
): Run {
  const run = runOf({ experiment: { ...experiment, steadyState }, checks });
  const injection = {
    startedAt: noon - 20 * minute,
    observingSince: noon - 20 * minute,
    endsAt: noon,
    expiresAt: noon,
  };
  return {
    ...run,
    phase,
    phaseSince: noon - 10 * minute,
    injection: phase === 'checking' ? null : injection,
  };
}

function counting(change: Partial<Probes> = {}): { probes: Probes; calls: string[]; queries: MetricQuery[] } {
  const calls: string[] = [];
  const queries: MetricQuery[] = [];
  const probes: Probes = {
    metrics: (asked) => {
      calls.push(`metrics ${asked.length}`);
      queries.push(...asked);
      return Promise.resolve(
        asked.map(({ until, periodMs }): Datapoint[] => [{ at: until - periodMs, value: 5 }]),
      );
    },
    alarms: (names) => {
      calls.push(`alarms ${names.join()}`);
      return Promise.resolve(names.map((name) => ({ name, state: 'OK' as const })));
    },
    http: () => {
      calls.push('http');
      return Promise.resolve({ status: 200, body: '' });
    },
    ...change,
  };
  return { probes, calls, queries };
}

describe('a look at the signals', () => {
  it.each([
    ['checking', 'before', ['orders', 'errors']],
    ['observing', 'during', ['orders', 'errors', 'page']],
    ['recovering', 'after', ['orders', 'depth', 'errors']],
  ] as const)('while %s reads those that must hold %s the fault', async (phase, part, names) => {
    const { probes } = counting();
    const { checks } = await prober(probes, clock)(runIn(phase), noon);
    expect(checks.map(({ signal, state }) => [signal, state])).toEqual(names.map((name) => [name, 'kept']));
    expect(new Set(checks.map((check) => check.part))).toEqual(new Set([part]));
  });

  it.each(['requested', 'announced', 'injecting', 'reverting', 'ended'] as const)(
    'reads nothing while %s',
    async (phase) => {
      const { probes, calls } = counting();
      expect(await prober(probes, clock)(runIn(phase), noon)).toEqual({ checks: [], effects: [] });
      expect(calls).toEqual([]);
    },
  );

  it('reads all metrics with one call, and nothing of what began before its part of the run', async () => {
    const { probes, calls, queries } = counting();
    await prober(probes, clock)(runIn('recovering'), noon);
    expect(calls.sort()).toEqual(['alarms errors', 'metrics 2']);
    for (const { from } of queries) expect(from).toBeGreaterThanOrEqual(noon - 10 * minute);
  });

  it('leaves out what the run does not judge here', async () => {
    const { probes, calls } = counting();
    const only = claimsOf({ ...experiment, steadyState }, ({ signal }) =>
      signal.startsWith('cloudwatch') ? 'Not here.' : null,
    );
    const { checks } = await prober(probes, clock)(runIn('observing', only.checks), noon);
    expect(checks.map(({ signal }) => signal)).toEqual(['page']);
    expect(calls).toEqual(['http']);
    expect(only.notJudged.map(({ signal }) => signal)).toEqual(['orders', 'depth', 'errors']);
  });

  it('knows nothing of a signal that cannot be read, and judges the others all the same', async () => {
    const { probes } = counting({ metrics: () => Promise.reject(new Error('Throttling')) });
    const { checks } = await prober(probes, clock)(runIn('observing'), noon);
    expect(checks.map(({ signal, state, blind }) => [signal, state, blind])).toEqual([
      ['orders', 'unknown', true],
      ['errors', 'kept', undefined],
      ['page', 'kept', undefined],
    ]);
  });

  it('reads nothing that its host has not got, and says so', async () => {
    const { checks } = await prober({}, clock)(runIn('checking'), noon);
    expect(checks.every(({ blind }) => blind === true)).toBe(true);
    expect(checks[0]?.detail).toContain('Nothing here reads metrics');
  });

  it('sees what a change does by its metric: once above zero it is in effect, and only later is nothing a no', async () => {
    const metrics = [{ unit: 'u', namespace: 'AWS/Lambda', metric: 'Throttles', dimensions: {} }];
    const seen = async (value: number, at: number): Promise<unknown> => {
      const { probes } = counting({
        metrics: (asked) => Promise.resolve(asked.map(() => (value < 0 ? [] : [{ at, value }]))),
      });
      const run = {
        ...runIn('observing', []),
        injection: { ...runIn('observing').injection!, startedAt: noon },
      };
      const { effects } = await prober(probes, clock, () => metrics)(run, at);
      return effects[0]?.inEffect;
    };
    expect(await seen(3, noon + minute)).toBe(true);
    expect(await seen(0, noon + minute)).toBeNull();
    expect(await seen(-1, noon + 10 * minute)).toBe(false);
  });
});

it('what is asked in one moment is one question, and what fails fails for each who asked', async () => {
  const asked: number[][] = [];
  const twice = together<number, number>((keys) => {
    asked.push([...keys]);
    return keys.includes(9) ? Promise.reject(new Error('nine')) : Promise.resolve(keys.map((key) => 2 * key));
  });
  const { signal } = new AbortController();
  expect(await Promise.all([twice(1, signal), twice(2, signal)])).toEqual([2, 4]);
  const failed = await Promise.allSettled([twice(3, signal), twice(9, signal)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await twice(4, signal)).toBe(8);
  expect(asked).toEqual([[1, 2], [3, 9], [4]]);
});
