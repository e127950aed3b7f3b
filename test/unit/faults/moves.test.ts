import { movedSentences, type NamedMetric } from '../../../src/faults/moves.ts';
import type { Experiment, Fault } from '../../../src/generated/types.ts';
import { experiment } from '../../contract/samples.ts';

const throttle: Fault = { kind: 'lambda.throttle', target: 'checkout', concurrency: 0 };
const idOf = (name: string): string | null => (name === 'checkout' ? 'shop-checkout' : null);
const throttles = (dimensions: NamedMetric['dimensions']): NamedMetric => ({
  namespace: 'AWS/Lambda',
  metric: 'Throttles',
  dimensions,
});

function sentences(metric: NamedMetric | null, change: Partial<Experiment> = {}): readonly string[] {
  return movedSentences({ ...experiment, faults: [throttle], ...change }, idOf, [{ name: 'a', metric }]);
}

describe('an alarm on a metric that the fault itself moves is pointed out:', () => {
  it('of the target', () => {
    expect(sentences(throttles({ FunctionName: 'shop-checkout' }))).toEqual([
      'alarm a watches Throttles, which lambda.throttle on checkout moves by itself: it may end the run on the fault, not on harm',
    ]);
  });

  it.each([
    ['of all functions together', throttles({}), 1],
    ['not of another function', throttles({ FunctionName: 'shop-stock' }), 0],
    ['not another metric of it', { ...throttles({ FunctionName: 'shop-checkout' }), metric: 'Errors' }, 0],
    ['not one of your own', { ...throttles({ FunctionName: 'shop-checkout' }), namespace: 'Shop' }, 0],
    ['not one that is computed from several', null, 0],
  ])('%s', (_what, metric, count) => {
    expect(sentences(metric)).toHaveLength(count);
  });

  it.each<[what: string, fault: Fault, metric: NamedMetric, count: number]>([
    [
      'failed records wait in their queue, whatever its name',
      { kind: 'invocation.batch', target: 'checkout', fail: 0.2 },
      { namespace: 'AWS/SQS', metric: 'ApproximateAgeOfOldestMessage', dimensions: { QueueName: 'jobs' } },
      1,
    ],
    [
      'a stream does not go on without them',
      { kind: 'invocation.batch', target: 'checkout', fail: 0.2 },
      { namespace: 'AWS/Lambda', metric: 'IteratorAge', dimensions: { FunctionName: 'shop-checkout' } },
      1,
    ],
    [
      'not that of another function',
      { kind: 'invocation.batch', target: 'checkout', fail: 0.2 },
      { namespace: 'AWS/Lambda', metric: 'IteratorAge', dimensions: { FunctionName: 'shop-stock' } },
      0,
    ],
    [
      'nothing is delivered again for another order',
      { kind: 'invocation.batch', target: 'checkout', reorder: true },
      { namespace: 'AWS/SQS', metric: 'ApproximateAgeOfOldestMessage', dimensions: {} },
      0,
    ],
    [
      'an answer of its class',
      { kind: 'invocation.response', target: 'checkout', status: 503 },
      { namespace: 'AWS/Lambda', metric: 'Url5xxCount', dimensions: { FunctionName: 'shop-checkout' } },
      1,
    ],
    [
      'none of another class',
      { kind: 'invocation.response', target: 'checkout', status: 429 },
      { namespace: 'AWS/Lambda', metric: 'Url5xxCount', dimensions: {} },
      0,
    ],
  ])('%s', (_what, fault, metric, count) => {
    expect(sentences(metric, { faults: [fault] })).toHaveLength(count);
  });

  it('and so is a signal, where it must hold during the fault', () => {
    const signal = {
      name: 'throttles',
      signal: 'cloudwatch.metric',
      ...throttles({ FunctionName: 'shop-checkout' }),
      stat: 'Sum',
      atMost: 0,
    } as const;
    expect(sentences(null, { steadyState: [signal] })).toEqual([
      expect.stringMatching(/^signal throttles watches/),
    ]);
    expect(sentences(null, { steadyState: [{ ...signal, when: ['before', 'after'] }] })).toEqual([]);
  });
});
