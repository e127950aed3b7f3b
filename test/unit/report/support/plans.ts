import type { Experiment } from '../../../../src/generated/types.ts';
import type { RunPlan } from './synthetic-run.ts';
import type { TrafficPlan } from './traffic.ts';

const throttledTable: Experiment = {
  inoculate: 'experiment/1',
  name: 'checkout-survives-throttled-orders-table',
  hypothesis:
    'Checkout keeps failures under 2 % and 95 % of answers under 800 ms while DynamoDB rejects half the reads of the orders table.',
  targets: { checkout: { lambda: 'shop-dev-checkout' } },
  steadyState: [
    { name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.02 },
    { name: 'latency', signal: 'latency', target: 'checkout', p50: { atMost: 200 }, p95: { atMost: 800 } },
  ],
  faults: [
    {
      kind: 'dependency.error',
      target: 'checkout',
      service: 'dynamodb',
      operations: ['GetItem', 'Query'],
      resource: 'orders',
      error: 'ProvisionedThroughputExceededException',
      rate: 0.5,
    },
  ],
  exposure: 0.5,
  duration: 60_000,
};

const checkout: TrafficPlan = {
  target: 'checkout',
  fault: 'f1',
  perSecond: 40,
  deadlineMs: 3000,
  graceMs: 1000,
  experimental: { failShare: 0.002, medianMs: 75, sigma: 0.5, hits: 1.1 },
  control: { failShare: 0.002, medianMs: 42, sigma: 0.35, hits: 0 },
  skipped: {},
};

const naive = { failShare: 0.1, medianMs: 120, sigma: 0.9, hits: 2.4 };

/** The same few stories, for tests, screenshots and the sample report. */
export const plans = {
  held: { experiment: throttledTable, traffic: [checkout], seed: 7 },
  deviated: {
    experiment: throttledTable,
    traffic: [{ ...checkout, perSecond: 14, experimental: naive }],
    seed: 11,
    workload: '14 invocations/s (Poisson) to checkout',
  },
  stopped: {
    experiment: throttledTable,
    traffic: [{ ...checkout, perSecond: 4 }],
    seed: 3,
    stopBy: { by: 'alice', afterMs: 9300 },
    workload: '4 invocations/s (Poisson) to checkout',
  },
  tooLittle: {
    experiment: { ...throttledTable, duration: 30_000 },
    traffic: [{ ...checkout, perSecond: 3 }],
    seed: 5,
    workload: '3 invocations/s (Poisson) to checkout',
  },
  withoutData: { experiment: throttledTable, traffic: [{ ...checkout, perSecond: 1e-9 }], seed: 1 },
  refused: {
    experiment: throttledTable,
    traffic: [checkout],
    seed: 1,
    facts: {
      window: {
        open: false,
        reason: 'It is Saturday 11:02 in Europe/Berlin; the window is Monday to Friday, 09:00 to 17:00.',
      },
    },
  },
  tenMinutes: {
    experiment: { ...throttledTable, duration: 600_000 },
    traffic: [{ ...checkout, perSecond: 20 }],
    seed: 2,
  },
} satisfies Record<string, RunPlan>;

/** Two functions and two faults, in one run. */
export const twoTargets: RunPlan = {
  experiment: {
    ...throttledTable,
    name: 'shop-survives-slow-pricing',
    targets: { ...throttledTable.targets, pricing: { lambda: 'shop-dev-pricing' } },
    steadyState: [
      { name: 'failures', signal: 'failures', target: 'checkout' },
      { name: 'latency', signal: 'latency', target: 'checkout', p95: { atMost: 800 } },
      { name: 'pricing-failures', signal: 'failures', target: 'pricing', atMost: 0.05, noWorseThan: 0.02 },
    ],
    faults: [
      { kind: 'dependency.latency', target: 'checkout', service: 'lambda', delay: { p50: 80, p99: 400 } },
      { kind: 'invocation.error', target: 'pricing', rate: 0.01 },
    ],
  },
  traffic: [
    checkout,
    { ...checkout, target: 'pricing', fault: 'f2', perSecond: 25, skipped: { 'stale-dose': 3 } },
  ],
  seed: 23,
};
