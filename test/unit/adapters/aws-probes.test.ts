import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { describeAlarms } from '../../../src/adapters/aws/alarms.ts';
import { metricReader } from '../../../src/adapters/aws/probes.ts';
import { AwsClients } from '../../../src/aws/clients.ts';
import { alarmsOnce, awsProbes } from '../../../src/controller/probes.ts';
import type { Run } from '../../../src/core/run.ts';
import type { Clock } from '../../../src/engine/ports.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import { prober } from '../../../src/signals/look.ts';
import { claimsOf } from '../../../src/signals/observe.ts';
import type { MetricQuery } from '../../../src/signals/probes.ts';
import { experiment, runOf } from '../../contract/samples.ts';
import { CallCount, type Answers } from '../../support/call-count.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const { signal } = new AbortController();

function aws(answers: Answers): { aws: AwsClients; count: CallCount } {
  const clients = new AwsClients({ region: 'eu-central-1' });
  const count = new CallCount();
  count.answer(clients.get(CloudWatchClient), answers);
  count.answer(clients.get(LambdaClient), answers);
  return { aws: clients, count };
}

const query = (change: Partial<MetricQuery> = {}): MetricQuery => ({
  namespace: 'Shop',
  metric: 'Orders',
  dimensions: { Region: 'eu' },
  stat: 'Sum',
  periodMs: minute,
  from: noon,
  until: noon + 3 * minute,
  ...change,
});

describe('metrics', () => {
  it('are all read with one call, each by its own period, page after page', async () => {
    const inputs: unknown[] = [];
    const { aws: clients, count } = aws((_command, input) => {
      inputs.push(input);
      const second = 'NextToken' in input;
      const at = new Date(noon + (second ? minute : 0));
      return {
        MetricDataResults: [
          { Id: 'q0', StatusCode: 'Complete', Timestamps: [at], Values: [second ? 2 : 1] },
          // Outside of what this one asked for.
          { Id: 'q1', StatusCode: 'PartialData', Timestamps: [at], Values: [9] },
        ],
        ...(second ? {} : { NextToken: 'more' }),
      };
    });
    const five = query({
      periodMs: 5 * minute,
      from: noon - 20 * minute,
      until: noon - 10 * minute,
      stat: 'p99',
    });
    expect(await metricReader(clients)([query(), five], signal)).toEqual([
      [
        { at: noon, value: 1 },
        { at: noon + minute, value: 2 },
      ],
      [],
    ]);
    expect(count.take()).toEqual(['GetMetricData', 'GetMetricData']);
    expect(inputs[0]).toMatchObject({
      StartTime: new Date(noon - 20 * minute),
      EndTime: new Date(noon + 3 * minute),
      MetricDataQueries: [
        {
          Id: 'q0',
          MetricStat: { Period: 60, Stat: 'Sum', Metric: { Dimensions: [{ Name: 'Region', Value: 'eu' }] } },
        },
        { Id: 'q1', MetricStat: { Period: 300, Stat: 'p99' } },
      ],
    });
  });

  it.each(['InternalError', 'Forbidden'])(
    'that CloudWatch answers with %s are an error, not missing',
    async (code) => {
      const { aws: clients } = aws(() => ({ MetricDataResults: [{ Id: 'q0', StatusCode: code }] }));
      await expect(metricReader(clients)([query()], signal)).rejects.toThrow(
        `could not read Orders: ${code}`,
      );
    },
  );

  it('that nobody asks for cost nothing', async () => {
    const { aws: clients, count } = aws(() => ({}));
    expect(await metricReader(clients)([], signal)).toEqual([]);
    expect(count.take()).toEqual([]);
  });
});

describe('alarms', () => {
  it('are read a hundred at a time, metric and composite ones; those that do not exist are left out', async () => {
    const asked: number[] = [];
    const { aws: clients } = aws((_command, input) => {
      const names = [...(input as { AlarmNames: string[] }).AlarmNames];
      asked.push(names.length);
      const composite = names.filter((name) => name.endsWith('7'));
      const metric = names.filter((name) => !name.endsWith('7') && name !== 'alarm-3');
      return {
        MetricAlarms: metric.map((AlarmName) => ({ AlarmName, StateValue: 'OK', Namespace: 'Shop' })),
        CompositeAlarms: composite.map((AlarmName) => ({ AlarmName, StateValue: 'ALARM' })),
      };
    });
    const names = Array.from({ length: 250 }, (_, index) => `alarm-${index}`);
    const found = await describeAlarms(clients, names);
    expect(asked).toEqual([100, 100, 50]);
    expect(found).toHaveLength(249);
    expect(found.find(({ name }) => name === 'alarm-247')).toEqual({
      name: 'alarm-247',
      state: 'ALARM',
      metric: null,
    });
    expect(found.find(({ name }) => name === 'alarm-248')).toMatchObject({ metric: { Namespace: 'Shop' } });
  });
});

describe('a function', () => {
  const invoke = (answer: object): Promise<unknown> => {
    const { aws: clients } = aws((_command, input) => {
      expect(input).toMatchObject({ FunctionName: 'checkout', InvocationType: 'RequestResponse' });
      return answer;
    });
    const probe = awsProbes(clients, alarmsOnce(clients)).invoke;
    return probe?.({ function: 'checkout', payload: '{}' }, signal) ?? Promise.reject(new Error('no probe'));
  };
  const text = (body: string): Uint8Array => new TextEncoder().encode(body);

  it('that answers is handed over with its answer', async () => {
    expect(await invoke({ StatusCode: 200, Payload: text('{"a":1}') })).toEqual({
      error: null,
      body: '{"a":1}',
    });
  });

  it('that fails, with its error', async () => {
    expect(await invoke({ FunctionError: 'Unhandled', Payload: text('{"errorType":"X"}') })).toEqual({
      error: 'Unhandled {"errorType":"X"}',
      body: '{"errorType":"X"}',
    });
  });
});

it('a look at metrics, alarms that are signals and alarms that abort takes two calls', async () => {
  const { aws: clients, count } = aws((command, input) =>
    command === 'DescribeAlarms'
      ? {
          MetricAlarms: ('AlarmNames' in input ? (input.AlarmNames as string[]) : []).map((AlarmName) => ({
            AlarmName,
            StateValue: 'OK',
          })),
        }
      : { MetricDataResults: [] },
  );
  const steadyState: Experiment['steadyState'] = [
    { name: 'm', signal: 'cloudwatch.metric', namespace: 'Shop', metric: 'A', stat: 'Sum', atLeast: 1 },
    { name: 'n', signal: 'cloudwatch.metric', namespace: 'Shop', metric: 'B', stat: 'Sum', atLeast: 1 },
    { name: 'a', signal: 'cloudwatch.alarm', alarm: 'one' },
    { name: 'b', signal: 'cloudwatch.alarm', alarm: 'two' },
  ];
  const clock: Clock = { now: () => noon, deadline: (_ms, work) => work(signal) };
  const given = { ...experiment, steadyState };
  const run: Run = {
    ...runOf({ experiment: given, checks: claimsOf(given).checks }),
    phase: 'observing',
    phaseSince: noon - 60 * minute,
  };
  const alarms = alarmsOnce(clients);
  const probe = prober(awsProbes(clients, alarms), clock);
  const [{ checks }, stops] = await Promise.all([probe(run, noon), alarms(['three', 'one'])]);
  expect(checks.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'kept', 'kept']);
  expect(stops.map(({ name }) => name).sort()).toEqual(['one', 'three']);
  expect([...count.take()].sort()).toEqual(['DescribeAlarms', 'GetMetricData']);
});
