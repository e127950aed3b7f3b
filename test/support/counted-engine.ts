import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { publisher } from '../../src/adapters/aws/bus.ts';
import { deadManSchedules } from '../../src/adapters/aws/dead-man-schedule.ts';
import { tickQueue } from '../../src/adapters/aws/ticks.ts';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import { FunctionTable } from '../../src/adapters/function-table.ts';
import { randomText } from '../../src/adapters/random.ts';
import { AwsClients } from '../../src/aws/clients.ts';
import { createRun, type RunRequest } from '../../src/core/create.ts';
import { defaultGuardrails } from '../../src/core/guardrails.ts';
import type { Run } from '../../src/core/run.ts';
import { runSettings } from '../../src/controller/run-settings.ts';
import { factsOf } from '../../src/controller/facts.ts';
import { alarmsOnce, awsProbes } from '../../src/controller/probes.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { DoseDriver } from '../../src/faults/dose.ts';
import type { Experiment } from '../../src/generated/types.ts';
import { prober } from '../../src/signals/look.ts';
import { claimsOf, observer } from '../../src/signals/observe.ts';
import type { RunningDatabase } from '../contract/engines.ts';
import { CallCount } from './call-count.ts';

export const startsAt = Date.UTC(2026, 0, 5, 10);
const functionName = 'shop-checkout';
const environment = {
  stage: 'test',
  account: '123456789012',
  region: 'eu-central-1',
  partition: 'aws',
  controlTable: 'control',
  functionTable: 'functions',
  bus: 'inoculate-test',
  tickQueueUrl: 'https://sqs.invalid/ticks',
  tickMs: 5_000,
  topicArn: 'arn:aws:sns:eu-central-1:123456789012:inoculate-test',
  operatorsTopicArn: 'arn:aws:sns:eu-central-1:123456789012:inoculate-test-operators',
  deadLetterArn: 'arn:aws:sqs:eu-central-1:123456789012:inoculate-test-dead',
  deadManArn: 'arn:aws:lambda:eu-central-1:123456789012:function:inoculate-test-deadman:1',
  plannerArn: 'arn:aws:lambda:eu-central-1:123456789012:function:inoculate-test-planner',
  startArn: 'arn:aws:lambda:eu-central-1:123456789012:function:inoculate-test-start',
  schedulerRoleArn: 'arn:aws:iam::123456789012:role/scheduler',
  slackApi: 'https://slack.com/api',
  secrets: 'ssm' as const,
  reportsBucket: 'inoculate-test-reports-123456789012-eu-central-1',
  rolePolicyFunction: '',
  version: '0.0.0',
};

export interface Tick {
  readonly run: string;
  readonly epoch: number;
  readonly n: number;
  readonly dueAt: number;
}

/** The engine with the controller's own ports: the table is a real one, the rest of AWS answers here. Every call counts. */
export interface CountedEngine {
  readonly count: CallCount;
  readonly engine: Engine;
  readonly store: DynamoDbStore;
  readonly functions: FunctionTable;
  /** Ticks that wait in the queue. */
  readonly ticks: Tick[];
  /** Simulated time. */
  readonly time: { now: number };
}

export async function countedEngine(database: RunningDatabase): Promise<CountedEngine> {
  const [control, functionTable] = [await database.table('control'), await database.table('functions')];
  const time = { now: startsAt };
  const ticks: Tick[] = [];
  const count = new CallCount();
  count.watch(database.client);
  const aws = fakeAws(count, ticks, time);
  const clock: Ports['clock'] = {
    now: () => time.now,
    deadline: (_afterMs, work) => work(new AbortController().signal),
  };
  const store = new DynamoDbStore(control);
  const functions = new FunctionTable(functionTable);
  const alarms = alarmsOnce(aws);
  const ports: Ports = {
    clock,
    store,
    drivers: [new DoseDriver(functions, randomText)],
    processId: 'p1',
    facts: factsOf(environment, aws, store, control, clock),
    alarms,
    observe: observer((name, run) => functions.readTelemetry(name, run)),
    probe: prober(awsProbes(aws, alarms), clock),
    scheduleTick: tickQueue(aws, environment.tickQueueUrl, clock),
    ...deadManSchedules(aws, {
      group: 'inoculate-test-runs',
      functionArn: environment.deadManArn,
      roleArn: environment.schedulerRoleArn,
      deadLetterArn: environment.deadLetterArn,
    }),
    publish: publisher(aws, environment.bus),
    page: () => Promise.reject(new Error('Nothing here should need a person')),
  };
  count.take();
  return { count, engine: new Engine(ports), store, functions, ticks, time };
}

function fakeAws(count: CallCount, ticks: Tick[], time: { readonly now: number }): AwsClients {
  const aws = new AwsClients({ region: environment.region });
  count.answer(aws.get(SQSClient), (_command, input) => {
    const { MessageBody = '', DelaySeconds = 0 } = input as { MessageBody?: string; DelaySeconds?: number };
    const { run, epoch, n } = JSON.parse(MessageBody) as Omit<Tick, 'dueAt'>;
    ticks.push({ run, epoch, n, dueAt: time.now + DelaySeconds * 1_000 });
    return {};
  });
  count.answer(aws.get(EventBridgeClient), () => ({ FailedEntryCount: 0, Entries: [] }));
  count.answer(aws.get(SchedulerClient), () => ({}));
  count.answer(aws.get(CloudWatchClient), (_command, input) => {
    const { AlarmNames = [] } = input as { AlarmNames?: string[] };
    return { MetricAlarms: AlarmNames.map((AlarmName) => ({ AlarmName, StateValue: 'OK' })) };
  });
  count.answer(aws.get(LambdaClient), (command) =>
    command === 'GetPolicy'
      ? { Policy: '{"Statement":[]}' }
      : {
          Tags: { inoculate: 'allow' },
          Configuration: {
            FunctionName: functionName,
            FunctionArn: `arn:aws:lambda:${environment.region}:${environment.account}:function:${functionName}`,
            Timeout: 3,
            Layers: [{ Arn: 'layer' }],
            Environment: {
              Variables: {
                AWS_LAMBDA_EXEC_WRAPPER: '/opt/inoculate/wrapper',
                INOCULATE_TABLE: environment.functionTable,
              },
            },
          },
        },
  );
  return aws;
}

const experiment: Experiment = {
  inoculate: 'experiment/1',
  name: 'checkout-fails',
  hypothesis: 'Checkout copes.',
  targets: { checkout: { lambda: functionName } },
  steadyState: [
    { name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.01 },
    { name: 'latency', signal: 'latency', target: 'checkout', p95: { atMost: 800 } },
  ],
  faults: [
    { kind: 'dependency.error', target: 'checkout', service: 'dynamodb', rate: 0.5, acceptsDataLoss: true },
  ],
  exposure: 0.1,
  duration: 600_000,
  abort: { alarms: ['shop-checkout-errors'] },
  window: 'always',
  notify: ['sns'],
};

/** A run of ten minutes with one fault and one alarm. */
export function requestOf(id: string): RunRequest {
  const claims = claimsOf(experiment);
  return {
    id,
    experiment,
    slot: { kind: 'event', id: `slot of ${id}`, at: startsAt },
    requestedBy: 'test',
    settings: runSettings(id, 'test', environment.tickMs, defaultGuardrails('test')),
    startAt: startsAt,
    hypotheses: claims.hypotheses.map(({ hypothesis, claim }) => ({ hypothesis, claim })),
    checks: claims.checks,
    notJudged: claims.notJudged,
  };
}

/** What one delivery of an event did. */
export interface Delivery {
  readonly what: 'request' | 'tick' | 'sweep';
  readonly atMs: number;
  readonly before: Run['phase'] | null;
  readonly after: Run['phase'];
  readonly calls: readonly string[];
}

/** Plays a run by its ticks, and a sweep each minute, until nothing of it is left to do. */
export async function playRun(counted: CountedEngine, id: string): Promise<readonly Delivery[]> {
  const { count, engine, store, ticks, time } = counted;
  const deliveries: Delivery[] = [];
  const phaseOf = async (): Promise<Run['phase'] | undefined> => (await store.loadRun(id))?.run.phase;
  const deliver = async (what: Delivery['what'], work: () => Promise<unknown>): Promise<void> => {
    const before = (await phaseOf()) ?? null;
    count.take();
    await work();
    const calls = count.take();
    const after = (await phaseOf()) ?? 'requested';
    count.take();
    deliveries.push({ what, atMs: time.now - startsAt, before, after, calls });
  };
  await deliver('request', () => engine.request(requestOf(id)));
  let nextSweepAt = startsAt + 30_000;
  while ((await store.listActive()).some((entry) => entry.id === id)) {
    const [next] = ticks.sort((a, b) => a.dueAt - b.dueAt);
    if (next === undefined || next.dueAt > nextSweepAt) {
      time.now = nextSweepAt;
      nextSweepAt += 60_000;
      await deliver('sweep', () => engine.sweep());
    } else {
      ticks.shift();
      time.now = next.dueAt;
      const { run, epoch, n } = next;
      await deliver('tick', () => engine.deliver(run, { type: 'tick', at: time.now, epoch, n }));
    }
  }
  return deliveries;
}

/** Runs in the midst of their faults that watch an alarm, as if they had been brought there. */
export async function activeRuns(
  { store }: CountedEngine,
  ids: readonly string[],
  alarm: string,
): Promise<void> {
  for (const id of ids) {
    const { run } = createRun(requestOf(id), startsAt);
    const resource = `dose:${id}`;
    await store.addActive(id, startsAt);
    await store.createRun({
      ...run,
      experiment: { ...run.experiment, abort: { alarms: [alarm] } },
      phase: 'observing',
      outbox: [],
      locks: { [resource]: 1 },
      targets: [
        {
          name: 'checkout',
          type: 'function',
          id,
          arn: `arn:aws:lambda:${environment.region}:${environment.account}:function:${id}`,
          optedIn: true,
          local: true,
          layerAttached: true,
          timeoutMs: 3_000,
          asynchronous: false,
        },
      ],
      units: [
        {
          id: resource,
          driver: 'dose',
          resource,
          target: 'checkout',
          faults: ['f1'],
          settleMs: 2_000,
          losesData: [],
          state: { at: 'applied', since: startsAt },
        },
      ],
      injection: {
        startedAt: startsAt,
        observingSince: startsAt,
        endsAt: startsAt + 600_000,
        expiresAt: startsAt + 610_000,
      },
    });
    await store.putUndo(id, resource, null);
    await store.watchAlarms(id, [alarm]);
  }
}
