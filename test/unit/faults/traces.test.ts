import type { Run } from '../../../src/core/run.ts';
import { tracesOf } from '../../../src/faults/traces.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import type { EffectMetrics } from '../../../src/signals/effects.ts';
import { experiment, runOf } from '../../contract/samples.ts';
import { targetOf } from '../../contract/subjects/support.ts';

// What the looks of a run take.
const metricsOf: EffectMetrics = tracesOf;

function runWith(...faults: readonly ControlPlaneFault[]): Run {
  const run = runOf({ id: 'run', experiment: { ...experiment, faults: [...faults] } });
  const unit = {
    id: 'u',
    driver: 'd',
    resource: 'u',
    target: 'checkout',
    settleMs: 1,
    losesData: [],
    state: { at: 'planned' as const },
  };
  return {
    ...run,
    targets: [targetOf('table', 'orders', 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders')],
    units: [{ ...unit, faults: faults.map((_, index) => `f${index + 1}`) }],
  };
}

const throttle = { kind: 'dynamodb.throttle', target: 'checkout' } as const;

describe('that a fault made a difference', () => {
  it('is seen by throttled calls of what was lowered, and of nothing else', () => {
    const traces = metricsOf(runWith({ ...throttle, readUnits: 1, indexes: ['by-day'] }));
    const dimensions = { TableName: 'orders' };
    const ofIndex = { ...dimensions, GlobalSecondaryIndexName: 'by-day' };
    const one = { unit: 'u', namespace: 'AWS/DynamoDB' };
    expect(traces).toEqual([
      { ...one, metric: 'ReadThrottleEvents', dimensions },
      { ...one, metric: 'ReadMaxOnDemandThroughputThrottleEvents', dimensions },
      { ...one, metric: 'ReadThrottleEvents', dimensions: ofIndex },
      { ...one, metric: 'ReadMaxOnDemandThroughputThrottleEvents', dimensions: ofIndex },
    ]);
  });

  it('is looked for by every fault of the unit', () => {
    const traces = metricsOf(runWith({ ...throttle, readUnits: 1 }, { ...throttle, writeUnits: 1 }));
    expect(traces.map(({ metric }) => metric.slice(0, 5))).toEqual(['ReadT', 'ReadM', 'Write', 'Write']);
  });

  it('cannot be seen of kinds that no metric is about', () => {
    expect(metricsOf(runWith({ kind: 'route53.health-check-invert', target: 'checkout' }))).toEqual([]);
  });

  it('is not looked for where the target is gone', () => {
    expect(metricsOf({ ...runWith({ ...throttle, readUnits: 1 }), targets: [] })).toEqual([]);
  });
});
