import {
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { scheduleName } from '../../../src/adapters/aws/dead-man-schedule.ts';
import type { Answer } from '../../../src/controller/requests.ts';
import type { Run } from '../../../src/core/run.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, submission, traffic } from './support.ts';

const checkout = 'target-test-checkout';
const pricing = 'target-test-pricing';

/** What an alarm watches that nothing here sets off by itself. */
const errors = {
  Namespace: 'Shop',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
} as const;

/** A little latency in one function, and less concurrency of another. */
const twoFaults = {
  targets: {
    checkout: { lambda: 'target-${stage}-checkout' },
    pricing: { lambda: 'target-${stage}-pricing' },
  },
  faults: [
    { kind: 'invocation.latency', target: 'checkout', delay: '20ms' },
    { kind: 'lambda.throttle', target: 'pricing', concurrency: 3, acceptsDataLoss: true },
  ],
};

describeWithEmulator('runs of the deployed controller', () => {
  let aws: Deployed;
  let before: unknown;
  let going: ReturnType<typeof traffic>;

  beforeAll(async () => {
    aws = await deployed();
    await aws.clients.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: pricing, ReservedConcurrentExecutions: 7 }),
    );
  }, 300_000);

  afterAll(() => aws?.emulator.stop());

  beforeEach(async () => {
    before = await description();
    going = traffic(aws.invoke, checkout);
  });

  afterEach(async () => {
    for (const name of ['tick', 'sweep', 'deadman', 'alarm']) aws.emulator.resume(`inoculate-test-${name}`);
    aws.emulator.recorder.clear();
    await going.stop();
    expect(await description()).toEqual(before);
  });

  /** Everything that the API tells of the targets' configuration, but when it was last touched. */
  async function description(): Promise<unknown> {
    return Promise.all(
      [checkout, pricing].map(async (FunctionName) => {
        const { Configuration, Concurrency, Tags } = await aws.clients.lambda.send(
          new GetFunctionCommand({ FunctionName }),
        );
        const { ReservedConcurrentExecutions } = await aws.clients.lambda.send(
          new GetFunctionConcurrencyCommand({ FunctionName }),
        );
        const { RevisionId: _revision, LastModified: _modified, ...configuration } = Configuration ?? {};
        return { configuration, Concurrency, Tags, ReservedConcurrentExecutions };
      }),
    );
  }

  async function started(name: string, change: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await aws.request(submission(experimentFile({ name, ...change })));
    expect(answer).toMatchObject({ registrations: [{ result: 'new' }] });
    const result = await aws.start(name);
    if (result.result !== 'started') throw new Error(JSON.stringify(result));
    return result.run;
  }

  const sweep = (): Promise<unknown> => aws.invoke('inoculate-test-sweep', {});

  /** Swept again and again until it has ended. */
  async function sweptToTheEnd(id: string): Promise<Run> {
    let run = await aws.runOf(id);
    await until(async () => {
      await sweep();
      run = await aws.runOf(id);
      return run.phase === 'ended';
    }, 120_000);
    return run;
  }

  it('holds, with a dose and a change of configuration that are put back exactly', async () => {
    const alarm = { AlarmName: 'held-errors', StateValue: 'OK', StateReason: 'a test' } as const;
    await aws.clients.cloudWatch.send(new PutMetricAlarmCommand({ ...errors, AlarmName: alarm.AlarmName }));
    await aws.clients.cloudWatch.send(new SetAlarmStateCommand(alarm));
    const steadyState = [
      { name: 'failures', signal: 'failures', target: 'checkout', atMost: '10%' },
      { name: 'quiet', signal: 'cloudwatch.alarm', alarm: alarm.AlarmName },
      { name: 'answers', signal: 'lambda.probe', function: pricing },
    ];
    // One of which nobody asks whether it made a difference, as of a limit that nobody reaches.
    const faults = [twoFaults.faults[0], { kind: 'lambda.timeout', target: 'pricing', timeout: '4s' }];
    const id = await started('held', { ...twoFaults, faults, steadyState, duration: '20s' });
    await aws.reached(id, 'observing');
    const { Configuration } = await aws.clients.lambda.send(
      new GetFunctionCommand({ FunctionName: pricing }),
    );
    expect(Configuration?.Timeout).toBe(4);
    const run = await aws.reached(id, 'ended');
    expect(run.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'held' } });
    expect(run.units.map(({ state }) => ('how' in state ? state.how : state.at))).toEqual([
      'restored',
      'restored',
    ]);
    expect(run.checks.map(({ signal, broke }) => [signal, broke])).toEqual([
      ['quiet', {}],
      ['answers', {}],
    ]);
  }, 180_000);

  it('hits one request that asks for it by a signed directive, and nothing else', async () => {
    const id = await started('directed', {
      directives: true,
      exposure: undefined,
      faults: [{ kind: 'invocation.error', target: 'checkout', name: 'Directed', acceptsDataLoss: true }],
      steadyState: [{ name: 'answers', signal: 'lambda.probe', function: pricing }],
      duration: '20s',
    });
    const ask = (target: string): Promise<Answer> =>
      aws.request({ inoculate: 'directive/1', run: id, target, seconds: 20 });
    await aws.reached(id, 'observing');
    const secret = await keyOf(checkout);
    expect(await ask('pricing')).toMatchObject({ result: 'no-directive' });
    const signed = await ask('checkout');
    if (signed.result !== 'directive') throw new Error(JSON.stringify(signed));
    const { name, value } = signed.header;
    const request = {
      version: '2.0',
      requestContext: { http: { method: 'GET' }, domainName: 'a.execute-api.eu-central-1.amazonaws.com' },
      headers: { [name]: value },
    };
    // A sandbox that does not know the dose yet lets it pass, and leaves it good for the next.
    const errors: string[] = [];
    await until(async () => {
      await aws.invoke(checkout, request).catch((error: unknown) => errors.push(String(error)));
      return errors.length > 0;
    }, 15_000);
    expect(errors).toEqual([expect.stringContaining('Directed: injected by an experiment')]);
    const run = await aws.reached(id, 'ended');
    expect(run.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'held' } });
    expect(run.measuring).toMatchObject({ enrolled: 0, fired: { f1: 1 }, directives: { invocations: 1 } });
    expect(await ask('checkout')).toMatchObject({ result: 'no-directive', notYet: false });

    expect(secret).toHaveLength(43);
    const shown = JSON.stringify(await aws.request({ inoculate: 'show/1', run: id }));
    const logs = ['requests', 'start', 'tick'].flatMap((one) => aws.emulator.logs(`inoculate-test-${one}`));
    const { Items: kept = [] } = await aws.clients.dynamodb.send(
      new ScanCommand({ TableName: 'inoculate-test-control', ConsistentRead: true }),
    );
    expect(kept.length).toBeGreaterThan(0);
    for (const text of [shown, logs.join('\n'), JSON.stringify(kept)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(value);
    }
  }, 180_000);

  /** What signs the directives of a function's dose. */
  async function keyOf(functionName: string): Promise<string> {
    const { Item } = await aws.clients.dynamodb.send(
      new GetItemCommand({
        TableName: 'inoculate-test-functions',
        Key: { pk: { S: `dose#${functionName}` }, sk: { S: 'dose' } },
      }),
    );
    return String(JSON.parse(Item?.['body']?.S ?? '{}').directiveKey);
  }

  it('is stopped by a person', async () => {
    const id = await started('stopped', { ...twoFaults, duration: '5m' });
    await aws.reached(id, 'observing');
    expect(
      await aws.invoke('inoculate-test-stop', { inoculate: 'abort/1', run: id, by: 'Ada' }),
    ).toMatchObject({
      result: 'stopped',
    });
    const run = await aws.reached(id, 'ended');
    expect(run.outcome).toMatchObject({ result: 'aborted', reason: { code: 'person', by: 'Ada' } });
  }, 120_000);

  it('refuses a target without the opt-in tag, and says so', async () => {
    const id = await started('refused', { targets: { checkout: { lambda: 'target-${stage}-outsider' } } });
    const run = await aws.reached(id, 'ended');
    expect(run.outcome).toMatchObject({
      result: 'refused',
      code: 'not-opted-in',
      reason: expect.stringContaining('does not carry the opt-in tag'),
    });
  }, 60_000);

  it('makes one run of one slot, however often its event comes', async () => {
    await aws.request(submission(experimentFile({ name: 'one-slot', duration: '3s' })));
    const event = {
      id: 'f00-ba4',
      source: 'shop.pipeline',
      'detail-type': 'Deployed',
      time: new Date().toISOString(),
    };
    const trigger = { inoculate: 'trigger/1', experiment: 'one-slot', delayMs: 0, event };
    const answers = await Promise.all([1, 2, 3].map(() => aws.invoke('inoculate-test-start', trigger)));
    const run = 'one-slot.event.f00-ba4';
    expect(answers).toEqual(
      expect.arrayContaining([
        { result: 'started', run },
        { result: 'exists', run },
      ]),
    );
    const listed = await aws.request({ inoculate: 'runs/1', experiment: 'one-slot', limit: 10 });
    expect(listed).toMatchObject({ runs: [{ id: run }] });
    await aws.reached(run, 'ended');
    const replayed = { ...trigger, event: { ...event, id: 'other', 'replay-name': 'yesterday' } };
    expect(await aws.invoke('inoculate-test-start', replayed)).toMatchObject({ code: 'replayed' });
  }, 120_000);

  it('is asked for by an event on its own bus', async () => {
    await aws.request(submission(experimentFile({ name: 'asked-for', duration: '2s' })));
    await aws.clients.eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: 'inoculate-test',
            Source: 'shop.pipeline',
            DetailType: 'Experiment Run Requested',
            Detail: JSON.stringify({ experiment: 'asked-for', by: 'the pipeline' }),
          },
        ],
      }),
    );
    let id = '';
    await until(async () => {
      const answer = await aws.request({ inoculate: 'runs/1', experiment: 'asked-for', limit: 1 });
      id = answer.result === 'runs' ? (answer.runs[0]?.id ?? '') : '';
      return id !== '';
    });
    expect(await aws.reached(id, 'ended')).toMatchObject({ requestedBy: 'the pipeline' });
  }, 120_000);

  it('is taken back by the sweep alone', async () => {
    const id = await started('swept', { ...twoFaults, duration: '4s' });
    await aws.reached(id, 'observing');
    aws.emulator.pause('inoculate-test-tick');
    aws.emulator.pause('inoculate-test-deadman');
    const run = await sweptToTheEnd(id);
    expect(run.units.map(({ state }) => state.at)).toEqual(['reverted', 'reverted']);
  }, 180_000);

  it('is taken back by the dead-man alone', async () => {
    const id = await started('dead-man', { ...twoFaults, duration: '4s' });
    await aws.reached(id, 'observing');
    for (const name of ['tick', 'sweep', 'alarm', 'stop']) aws.emulator.pause(`inoculate-test-${name}`);
    const schedule = { GroupName: 'inoculate-test-runs', Name: scheduleName(id) };
    const { StartDate, Target } = await aws.clients.scheduler.send(new GetScheduleCommand(schedule));
    // Once no apply can land any more, and not before.
    const { injection, settings } = await aws.runOf(id);
    expect(StartDate?.getTime()).toBeGreaterThan((injection?.endsAt ?? 0) + settings.applyLeaseMs - 1_000);
    expect(Target?.Arn).toMatch(/:function:inoculate-test-deadman:\d+$/);
    await aws.emulator.fireSchedule(schedule.GroupName, schedule.Name);
    await until(async () => {
      const { ReservedConcurrentExecutions } = await aws.clients.lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: pricing }),
      );
      return ReservedConcurrentExecutions === 7;
    });
    expect((await aws.runOf(id)).phase).toBe('observing');
    const writes = aws.emulator.recorder.calls({ principal: 'inoculate-test-deadman', action: 'UpdateItem' });
    expect(writes.map(({ input }) => input['TableName'])).toContain('inoculate-test-functions');
    for (const name of ['tick', 'sweep', 'alarm', 'stop']) aws.emulator.resume(`inoculate-test-${name}`);
    await sweptToTheEnd(id);
  }, 300_000);

  it('takes back an apply in the middle of which its function was killed', async () => {
    const killed = aws.emulator.killWhen('inoculate-test-tick', 'after', {
      action: 'PutFunctionConcurrency',
    });
    const id = await started('killed', { ...twoFaults, duration: '5m' });
    await until(() => killed.taken === 1, 60_000);
    const run = await sweptToTheEnd(id);
    expect(run.outcome).toMatchObject({ result: 'aborted', reason: { code: 'apply-unknown' } });
  }, 240_000);

  it('is aborted by its alarm, while nothing else of the controller moves', async () => {
    const { cloudWatch, lambda } = aws.clients;
    await cloudWatch.send(new PutMetricAlarmCommand({ ...errors, AlarmName: 'pricing-errors' }));
    const alarm = (StateValue: 'OK' | 'ALARM'): Promise<unknown> =>
      cloudWatch.send(
        new SetAlarmStateCommand({ AlarmName: 'pricing-errors', StateValue, StateReason: 'a test' }),
      );
    await alarm('OK');
    const id = await started('alarmed', {
      ...twoFaults,
      duration: '5m',
      abort: { alarms: ['pricing-errors'] },
    });
    await aws.reached(id, 'observing');
    const throttled = aws.emulator.throttled('inoculate-test-tick');
    for (const name of ['tick', 'sweep', 'deadman']) aws.emulator.pause(`inoculate-test-${name}`);
    // The tick that was under way has sent the next one, and sees no alarm any more.
    await until(() => aws.emulator.throttled('inoculate-test-tick') > throttled);
    await alarm('ALARM');
    await until(async () => {
      const { ReservedConcurrentExecutions } = await lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: pricing }),
      );
      return ReservedConcurrentExecutions === 7;
    }, 60_000);
    expect((await aws.runOf(id)).abort).toMatchObject({ code: 'alarm', alarm: 'pricing-errors' });
    for (const name of ['tick', 'sweep', 'deadman']) aws.emulator.resume(`inoculate-test-${name}`);
    const run = await sweptToTheEnd(id);
    expect(run.outcome).toMatchObject({ result: 'aborted', reason: { code: 'alarm' } });
  }, 240_000);

  it('is stopped by the kill switch, and none starts while it is on', async () => {
    const killSwitch = (on: boolean): Promise<unknown> =>
      aws.invoke('inoculate-test-stop', { inoculate: 'kill-switch/1', on, by: 'Ada' });
    const id = await started('killed-by-switch', { ...twoFaults, duration: '5m' });
    await aws.reached(id, 'observing');
    try {
      expect(await killSwitch(true)).toEqual({ result: 'kill-switch', on: true });
      const run = await sweptToTheEnd(id);
      expect(run.outcome).toMatchObject({ result: 'aborted', reason: { code: 'kill-switch' } });
      const another = await aws.reached(await started('too-late', twoFaults), 'ended');
      expect(another.outcome).toMatchObject({ result: 'refused', code: 'kill-switch' });
    } finally {
      await killSwitch(false);
    }
  }, 240_000);

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator, 'runs');
  });
});
