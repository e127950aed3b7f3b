import type { Experiment, Fault } from '../generated/types.ts';

/** A metric as an alarm or a signal names it. */
export interface NamedMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metric that an alarm watches; null where it watches several, or other alarms. */
export interface AlarmFacts {
  readonly name: string;
  readonly metric: NamedMetric | null;
}

type Moved = readonly [namespace: string, metrics: readonly string[]];

/**
 * Metrics of AWS's own that a fault moves by itself, whatever the application makes of it: an alarm on one of them ends
 * the run on the fault, not on harm. Kinds that move none for certain are left out.
 */
const movedBy: { readonly [K in Fault['kind']]?: Moved } = {
  'invocation.error': ['AWS/Lambda', ['Errors']],
  'invocation.latency': ['AWS/Lambda', ['Duration', 'ConcurrentExecutions']],
  'sandbox.exit': ['AWS/Lambda', ['Errors']],
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

/** What depends on a fault's parameters. */
function movesOf(fault: Fault): readonly Moved[] {
  switch (fault.kind) {
    case 'invocation.batch':
      // Records that are delivered again keep waiting, and a stream does not go on without them.
      return fault.fail === undefined
        ? []
        : [
            ['AWS/SQS', ['ApproximateAgeOfOldestMessage']],
            ['AWS/Lambda', ['IteratorAge']],
          ];
    case 'invocation.response':
      return fault.status < 400 ? [] : [['AWS/Lambda', [fault.status < 500 ? 'Url4xxCount' : 'Url5xxCount']]];
    default: {
      const moved = movedBy[fault.kind];
      return moved === undefined ? [] : [moved];
    }
  }
}

/** The queue that a mapping reads from is named by the mapping's source, not by its consumer. */
const namedOtherwise: ReadonlySet<string> = new Set(['lambda.event-source-pause', 'invocation.batch']);

/** The faults that move a metric by themselves. Without dimensions it is the metric of all, the target among them. */
export function movers(
  { faults }: Pick<Experiment, 'faults'>,
  idOf: (target: string) => string | null,
  { namespace, metric, dimensions }: NamedMetric,
): readonly Fault[] {
  const values = Object.values(dimensions);
  return faults.filter((fault) => {
    const moved = movesOf(fault).find(([where, metrics]) => where === namespace && metrics.includes(metric));
    if (moved === undefined) return false;
    const id = idOf(fault.target);
    return (
      values.length === 0 ||
      (namespace === 'AWS/SQS' && namedOtherwise.has(fault.kind)) ||
      (id !== null && values.some((value) => value !== '' && id.includes(value)))
    );
  });
}

/** What of a file would end a run on the fault itself, for people. */
export function movedSentences(
  experiment: Experiment,
  idOf: (target: string) => string | null,
  alarms: readonly AlarmFacts[],
): readonly string[] {
  const sentence = (what: string, metric: NamedMetric): string[] =>
    movers(experiment, idOf, metric).map(
      ({ kind, target }) =>
        `${what} watches ${metric.metric}, which ${kind} on ${target} moves by itself: it may end the run on the fault, not on harm`,
    );
  const signals = experiment.steadyState.flatMap((signal) => {
    const { when } = signal;
    if (signal.signal !== 'cloudwatch.metric' || when?.includes('during') === false) return [];
    return sentence(`signal ${signal.name}`, { ...signal, dimensions: signal.dimensions ?? {} });
  });
  return [
    ...signals,
    ...alarms.flatMap(({ name, metric }) => (metric === null ? [] : sentence(`alarm ${name}`, metric))),
  ];
}
