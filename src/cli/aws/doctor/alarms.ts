import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AwsClients } from '../../../aws/clients.ts';
import { alarmNames } from '../../../core/guards.ts';
import type { Experiment, Fault } from '../../../generated/types.ts';
import { arnIdOf } from '../../../iam/needs.ts';
import { type Check, type Finding, ok, warning, wrong } from './finding.ts';

/** Metrics of AWS's own that a fault raises by itself, whatever the application makes of it. Kinds without are left out. */
const movedBy: { readonly [K in Fault['kind']]?: readonly [namespace: string, metrics: readonly string[]] } =
  {
    'invocation.error': ['AWS/Lambda', ['Errors']],
    'invocation.latency': ['AWS/Lambda', ['Duration', 'ConcurrentExecutions']],
    'lambda.throttle': ['AWS/Lambda', ['Throttles', 'ConcurrentExecutions']],
    'lambda.timeout': ['AWS/Lambda', ['Errors', 'Duration']],
    'lambda.memory': ['AWS/Lambda', ['Duration']],
    'lambda.event-source-pause': [
      'AWS/SQS',
      ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
    ],
    'eventbridge.rule-disable': ['AWS/Events', ['Invocations', 'TriggeredRules', 'MatchedEvents']],
    'sqs.visibility': ['AWS/SQS', ['ApproximateNumberOfMessagesNotVisible', 'ApproximateAgeOfOldestMessage']],
    'sqs.deny': ['AWS/SQS', ['NumberOfMessagesSent', 'NumberOfMessagesReceived']],
    'sns.deny': ['AWS/SNS', ['NumberOfMessagesPublished']],
    's3.deny': ['AWS/S3', ['4xxErrors']],
    'dynamodb.throttle': ['AWS/DynamoDB', ['ThrottledRequests', 'ReadThrottleEvents', 'WriteThrottleEvents']],
    'apigateway.throttle': ['AWS/ApiGateway', ['4XXError', '4xx']],
    'route53.health-check-invert': ['AWS/Route53', ['HealthCheckStatus', 'HealthCheckPercentageHealthy']],
  };

/** The alarms that end a run: that they are there, have data, and are not set off by the fault alone. */
export function alarmChecks(aws: AwsClients, experiment: Experiment, stage: string): readonly Check[] {
  const names = alarmNames(experiment.abort?.alarms);
  if (names.length === 0) return [];
  let read: Promise<ReadonlyMap<string, Alarm>> | undefined;
  const alarms = (): Promise<ReadonlyMap<string, Alarm>> => (read ??= readAlarms(aws, names));
  return names.map((name) => ({
    name: `alarm ${name}`,
    look: async () => alarmFindings(name, (await alarms()).get(name), experiment, stage),
  }));
}

export interface Alarm {
  readonly state: string | undefined;
  readonly metric: MetricAlarm | null;
}

async function readAlarms(aws: AwsClients, names: readonly string[]): Promise<ReadonlyMap<string, Alarm>> {
  const { MetricAlarms = [], CompositeAlarms = [] } = await aws.get(CloudWatchClient).send(
    new DescribeAlarmsCommand({
      AlarmNames: names.slice(0, 100),
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: 100,
    }),
  );
  return new Map<string, Alarm>([
    ...MetricAlarms.map((one) => [one.AlarmName ?? '', { state: one.StateValue, metric: one }] as const),
    ...CompositeAlarms.map((one) => [one.AlarmName ?? '', { state: one.StateValue, metric: null }] as const),
  ]);
}

/** What is to say of one alarm; undefined where there is none. */
export function alarmFindings(
  name: string,
  alarm: Alarm | undefined,
  experiment: Experiment,
  stage: string,
): readonly Finding[] {
  if (alarm === undefined)
    return [wrong('does not exist here: every run is refused', 'look at its name, --stage and --region')];
  if (alarm.state === 'ALARM') return [wrong('is firing: every run is refused', 'wait until it is OK')];
  const quiet = (experiment.abort?.alarms ?? []).some(
    (one) => typeof one === 'object' && one.name === name && one.quiet === true,
  );
  if (alarm.state === 'INSUFFICIENT_DATA' && !quiet)
    return [
      wrong(
        'has no data, so it could stop nothing: every run is refused',
        'give it data, or say quiet: true in the file',
      ),
    ];
  const { metric } = alarm;
  const moved =
    metric === null ? [] : experiment.faults.flatMap((fault) => movedWords(fault, metric, experiment, stage));
  return moved.length > 0 ? moved : [ok(alarm.state === 'OK' ? 'is OK' : 'is quiet by nature')];
}

function movedWords(
  fault: Fault,
  { Namespace, MetricName, Dimensions = [] }: MetricAlarm,
  { targets }: Experiment,
  stage: string,
): readonly Finding[] {
  const [namespace, metrics] = movedBy[fault.kind] ?? ['', []];
  const target = targets[fault.target];
  if (Namespace !== namespace || target === undefined || MetricName === undefined) return [];
  if (!metrics.includes(MetricName)) return [];
  const id = arnIdOf(target, stage);
  const about =
    Dimensions.length === 0 || Dimensions.some(({ Value }) => Value !== undefined && id.includes(Value));
  if (!about && fault.kind !== 'lambda.event-source-pause') return [];
  return [
    warning(
      `watches ${MetricName}, which ${fault.kind} on ${fault.target} moves by itself: it may end the run on the fault, not on harm`,
      'watch what your users see, or set its threshold above what the fault alone makes',
    ),
  ];
}
