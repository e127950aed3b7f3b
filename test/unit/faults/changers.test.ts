import type { Changer } from '../../../src/faults/module.ts';
import { eventBridgeRule } from '../../../src/faults/changers/eventbridge-rule.ts';
import { lambdaConcurrency } from '../../../src/faults/changers/lambda-concurrency.ts';
import { lambdaConfiguration } from '../../../src/faults/changers/lambda-configuration.ts';
import { lambdaEventSource } from '../../../src/faults/changers/lambda-event-source.ts';
import { sqsTiming } from '../../../src/faults/changers/sqs-timing.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { Bench, type Resource } from '../../contract/changer-bench.ts';
import { functionTarget, targetOf } from '../../contract/subjects/support.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeEventBridge } from '../../support/aws/fake-eventbridge.ts';
import { type FakeFunction, FakeLambda } from '../../support/aws/fake-lambda.ts';
import { FakeSqs } from '../../support/aws/fake-sqs.ts';

const target = 'checkout';

function benchOn(
  changer: Changer,
  faults: readonly [ControlPlaneFault, ...ControlPlaneFault[]],
  aws: FakeAws,
  on: Resource['target'],
): Bench {
  const unused = () => Promise.reject(new Error('not asked for'));
  const resource = { target: on, process: () => aws.clients(), describe: unused, others: {}, remove: unused };
  return new Bench({ changer, faults, make: unused }, resource);
}

function functionBench(
  changer: Changer,
  faults: readonly [ControlPlaneFault, ...ControlPlaneFault[]],
  change: Partial<FakeFunction> = {},
): { bench: Bench; lambda: FakeLambda } {
  const lambda = new FakeLambda();
  const arn = lambda.addFunction('shop', change);
  const aws = new FakeAws({ Lambda: lambda.service });
  return { bench: benchOn(changer, faults, aws, functionTarget('shop', arn)), lambda };
}

const throttle = (concurrency: number): ControlPlaneFault => ({
  kind: 'lambda.throttle',
  target,
  concurrency,
});
const timeout = (ms: number): ControlPlaneFault => ({ kind: 'lambda.timeout', target, timeout: ms });

describe('reserved concurrency', () => {
  it('is lowered only: a fault that would raise it is refused', async () => {
    const { bench } = functionBench(lambdaConcurrency, [throttle(5)], { reservedConcurrency: 3 });
    await expect(bench.capture()).rejects.toMatchObject({
      code: 'would-raise',
      message: expect.stringContaining('choose less than 3'),
    });
  });

  it('has nothing to change where it is that low already (L7)', async () => {
    const { bench } = functionBench(lambdaConcurrency, [throttle(3)], { reservedConcurrency: 3 });
    await expect(bench.capture()).rejects.toMatchObject({ code: 'nothing-to-change', unknown: false });
  });

  it('is the lowest that several faults ask for', async () => {
    const { bench, lambda } = functionBench(lambdaConcurrency, [throttle(5), throttle(0)]);
    await bench.capture();
    await bench.apply();
    expect(lambda.functions.get('shop')?.reservedConcurrency).toBe(0);
  });
});

describe('configuration of a function', () => {
  it.each<[string, Partial<FakeFunction>]>([
    ['an alias', { aliases: [{ Name: 'live', FunctionVersion: '3' }] }],
    ['versions', { provisioned: [{ FunctionArn: 'arn:aws:lambda:x:1:function:shop:3' }] }],
  ])('is left alone where traffic goes through %s (rule 9)', async (through, change) => {
    const { bench } = functionBench(lambdaConfiguration, [timeout(1_000)], change);
    await expect(bench.capture()).rejects.toMatchObject({
      code: 'qualified-traffic',
      message: expect.stringContaining(through),
      unknown: false,
    });
  });

  it('cannot have two timeouts', async () => {
    const { bench } = functionBench(lambdaConfiguration, [timeout(1_000), timeout(2_000)]);
    await expect(bench.capture()).rejects.toMatchObject({ code: 'contradiction', unknown: false });
  });

  it('is changed by one call that sets what the faults name, and no more', async () => {
    const { bench } = functionBench(lambdaConfiguration, [timeout(1_000)]);
    await bench.capture();
    const aws = bench.resource.process();
    await bench.apply(aws);
    const updates = aws.calls.filter(({ action }) => action === 'UpdateFunctionConfiguration');
    expect(updates.map(({ input }) => input)).toEqual([
      { FunctionName: 'shop', RevisionId: expect.any(String), Timeout: 1 },
    ]);
  });

  it('is not read as restored while Lambda is still updating the function', async () => {
    const { bench, lambda } = functionBench(lambdaConfiguration, [timeout(1_000)]);
    await bench.capture();
    await bench.apply();
    await bench.revert();
    lambda.change('shop', { LastUpdateStatus: 'InProgress' });
    expect(await bench.readBack()).toEqual({
      read: 'ours',
      detail: 'restored, but Lambda is still updating the function',
    });
  });

  it('is not changed while Lambda updates the function, and says that nothing was', async () => {
    const { bench, lambda } = functionBench(lambdaConfiguration, [timeout(1_000)]);
    await bench.capture();
    lambda.change('shop', { LastUpdateStatus: 'InProgress' });
    await expect(bench.apply()).rejects.toMatchObject({ code: 'busy', unknown: false });
    expect(lambda.functions.get('shop')?.configuration.Timeout).toBe(6);
  });
});

describe('state of an event source mapping', () => {
  const made = (State: string): { bench: Bench; lambda: FakeLambda } => {
    const lambda = new FakeLambda();
    const arn = lambda.addMapping('id', { State });
    const aws = new FakeAws({ Lambda: lambda.service });
    const fault: ControlPlaneFault = { kind: 'lambda.event-source-pause', target };
    const on = targetOf('event-source', 'id', arn);
    return { bench: benchOn(lambdaEventSource, [fault], aws, on), lambda };
  };

  it('has nothing to change where it was paused before (L7)', async () => {
    await expect(made('Disabled').bench.capture()).rejects.toMatchObject({ code: 'nothing-to-change' });
  });

  it('is not guessed while it is created or updated', async () => {
    for (const state of ['Creating', 'Updating', 'Something new'])
      await expect(made(state).bench.capture()).rejects.toMatchObject({ code: 'busy', unknown: false });
  });

  it('is not read as restored before Lambda reads again', async () => {
    const { bench, lambda } = made('Enabled');
    await bench.capture();
    Object.assign(lambda.mappings.get('id')?.configuration ?? {}, { State: 'Enabling' });
    expect((await bench.readBack()).read).toBe('ours');
  });

  it('is applied twice as once, though Lambda is still disabling it', async () => {
    const { bench, lambda } = made('Enabled');
    await bench.capture();
    Object.assign(lambda.mappings.get('id')?.configuration ?? {}, { State: 'Disabling' });
    await bench.apply();
    expect((await bench.revert()).read).toBe('ours');
  });

  it('is absent where the mapping is being deleted (L13)', async () => {
    const { bench, lambda } = made('Enabled');
    await bench.capture();
    await bench.apply();
    Object.assign(lambda.mappings.get('id')?.configuration ?? {}, { State: 'Deleting' });
    expect((await bench.revert()).read).toBe('absent');
  });
});

describe('state of a rule', () => {
  const made = (change: object): Bench => {
    const eventBridge = new FakeEventBridge();
    const arn = eventBridge.addRule('nightly', 'default', change);
    const aws = new FakeAws({ EventBridge: eventBridge.service });
    const fault: ControlPlaneFault = { kind: 'eventbridge.rule-disable', target };
    return benchOn(eventBridgeRule, [fault], aws, targetOf('rule', 'nightly', arn));
  };

  it('is left alone where the rule was disabled before: reverting would enable it (L7)', async () => {
    await expect(made({ State: 'DISABLED' }).capture()).rejects.toMatchObject({ code: 'nothing-to-change' });
  });

  it.each([
    ['a service manages the rule', { ManagedBy: 'prod.vlc.dhs.example' }],
    ['enabling it again would not restore it', { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' }],
  ])('is left alone where %s', async (_why, change) => {
    await expect(made(change).capture()).rejects.toMatchObject({ code: 'not-restorable', unknown: false });
  });
});

describe('timing of a queue', () => {
  const made = (fault: ControlPlaneFault, attributes: Readonly<Record<string, string>> = {}): Bench => {
    const sqs = new FakeSqs();
    const { url, arn } = sqs.addQueue('orders', attributes);
    const aws = new FakeAws({ SQS: sqs.service });
    return benchOn(sqsTiming, [fault], aws, targetOf('queue', url, arn));
  };

  it('changes only the attribute that the fault names (L6)', async () => {
    const bench = made({ kind: 'sqs.visibility', target, delay: 5_000 }, { Policy: '{}' });
    await bench.capture();
    const process = bench.resource.process();
    await bench.apply(process);
    const sets = process.calls.filter(({ action }) => action === 'SetQueueAttributes');
    expect(sets.map(({ input }) => input)).toEqual([
      { QueueUrl: bench.resource.target.id, Attributes: { DelaySeconds: '5' } },
    ]);
  });

  it.each([{ delay: 60_000 }, { visibilityTimeout: 90_000 }])(
    'is left alone where messages would be too old before they are seen (rule 8): %j',
    async (timing) => {
      const bench = made({ kind: 'sqs.visibility', target, ...timing }, { MessageRetentionPeriod: '60' });
      await expect(bench.capture()).rejects.toMatchObject({ code: 'outlives-messages', unknown: false });
    },
  );
});
