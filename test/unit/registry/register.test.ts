import fc from 'fast-check';
import { rulePrefix } from '../../../src/adapters/aws/experiment-rules.ts';
import { experimentTriggers } from '../../../src/adapters/aws/experiment-triggers.ts';
import { busOf, patternOf } from '../../../src/core/triggers.ts';
import { register, unregister } from '../../../src/registry/register.ts';
import type { Registered, Registry } from '../../../src/registry/registry.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeEventBridge } from '../../support/aws/fake-eventbridge.ts';
import { FakeScheduler } from '../../support/aws/fake-scheduler.ts';
import type { Disturbance } from '../../support/aws/watched-aws.ts';

const names = ['checkout', 'pricing'] as const;
type Name = (typeof names)[number];

const settings = {
  prefix: 'inoculate-dev',
  scheduleGroup: 'inoculate-dev-experiments',
  startArn: 'arn:aws:lambda:eu-central-1:123456789012:function:inoculate-dev-start',
  roleArn: 'arn:aws:iam::123456789012:role/scheduler',
  deadLetterArn: 'arn:aws:sqs:eu-central-1:123456789012:dead',
};

/** Files that differ in what starts them. */
const versions = [
  {},
  { schedule: { rate: '1 hour', timezone: 'UTC' } },
  { schedule: { cron: '0 10 ? * TUE *', timezone: 'Europe/Berlin' }, triggers: [{ alarmOk: 'a' }] },
  { triggers: [{ alarmOk: 'a' }, { event: { source: 's', type: 't' }, bus: 'shop', delay: '5m' }] },
  { triggers: [{ event: { source: 's', type: 't' }, bus: 'shop' }, { alarmOk: 'b' }, { alarmOk: 'c' }] },
] as const;

function fileOf(name: Name, version: number): Readonly<Record<string, unknown>> {
  return {
    inoculate: 'experiment/1',
    name,
    hypothesis: 'It answers although it is slow.',
    targets: { it: { lambda: 'shop' } },
    steadyState: [{ name: 'failures', signal: 'failures', target: 'it', atMost: '1%' }],
    faults: [{ kind: 'invocation.latency', target: 'it', delay: '100ms' }],
    exposure: '10%',
    duration: '1m',
    ...versions[version],
  };
}

class MemoryRegistry implements Registry {
  readonly current = new Map<string, Registered>();
  readonly #last = new Map<string, number>();

  get = (name: string) => Promise.resolve(this.current.get(name));
  list = () => Promise.resolve([...this.current.values()]);
  lastVersion = (name: string) => Promise.resolve(this.#last.get(name) ?? 0);
  put = (registered: Registered, replaces: number | null): Promise<'stored' | 'conflict'> => {
    const { name, version } = registered;
    if ((this.current.get(name)?.version ?? null) !== replaces) return Promise.resolve('conflict');
    this.current.set(name, registered);
    this.#last.set(name, version);
    return Promise.resolve('stored');
  };
  remove = (name: string) => Promise.resolve(void this.current.delete(name));
  addRun = () => Promise.resolve();
  runsOf = () => Promise.resolve([]);
}

function world() {
  const eventBridge = new FakeEventBridge();
  eventBridge.buses.add('shop').add('another').add('third');
  const scheduler = new FakeScheduler();
  const fake = new FakeAws({ EventBridge: eventBridge.service, Scheduler: scheduler.service });
  const registry = new MemoryRegistry();
  const schedules = {
    plan: () => Promise.resolve(),
    keepPlanned: () => Promise.resolve(),
    unplan: () => Promise.resolve(),
  };
  let calls = 0;

  /** One request to the controller, whose process may be disturbed at some call. */
  async function request(
    step: Step,
    disturbance?: Disturbance & { readonly at: number; readonly until: number },
  ) {
    const aws = fake.clients({ maxAttempts: 1 });
    if (disturbance !== undefined)
      aws.disturb = (_call, n) => (n >= disturbance.at && n <= disturbance.until ? disturbance : undefined);
    const triggers = experimentTriggers(aws, settings);
    try {
      if (step.version === null) await unregister({ registry, triggers, schedules }, step.name);
      else
        await register(
          {
            registry,
            triggers,
            schedules,
            options: { stage: 'dev' },
            by: 'ada',
            at: 1_800_000_000_000 + calls,
          },
          { file: 'f.yml', text: '', experiment: fileOf(step.name, step.version) },
        );
      return 'done';
    } catch (error) {
      // A crash, or what a call was answered with.
      return error instanceof Error ? error.name : 'thrown';
    } finally {
      calls += aws.calls.length;
    }
  }

  /** What there is, and what there should be by the registry. */
  const there = () => ({
    rules: [...eventBridge.rules.entries()]
      .map(([key, { EventPattern = '', State }]) => {
        const inputs = [...(eventBridge.targets.get(key)?.values() ?? [])].map(
          ({ Arn, InputTransformer }) => `${Arn} ${InputTransformer?.InputTemplate?.split(',"event"')[0]}`,
        );
        return `${key} ${State} ${EventPattern} ${inputs.join()}`;
      })
      .sort(),
    schedules: [...scheduler.schedules.entries()]
      .map(([key, { ScheduleExpression, ScheduleExpressionTimezone }]) =>
        [key, ScheduleExpression, ScheduleExpressionTimezone].join(' '),
      )
      .sort(),
  });
  const wanted = () => {
    const experiments = [...registry.current.values()].map(({ experiment }) => experiment);
    return {
      rules: experiments
        .flatMap(({ name, triggers = [] }) =>
          triggers.map((trigger, index) => {
            const key = `${busOf(trigger)}/${rulePrefix(settings.prefix, name)}${index + 1}`;
            const input = `{"inoculate":"trigger/1","experiment":"${name}","delayMs":${trigger.delay ?? 0}`;
            return `${key} ENABLED ${JSON.stringify(patternOf(trigger))} ${settings.startArn} ${input}`;
          }),
        )
        .sort(),
      schedules: experiments
        .flatMap(({ name, schedule }) =>
          schedule === undefined
            ? []
            : [
                `${settings.scheduleGroup}/${name} ${schedule.cron === undefined ? `rate(${schedule.rate})` : `cron(${schedule.cron})`} ${schedule.timezone}`,
              ],
        )
        .sort(),
    };
  };
  return { request, there, wanted, registry, eventBridge, scheduler };
}

interface Step {
  readonly name: Name;
  /** Null: it is removed. */
  readonly version: number | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...names),
  version: fc.option(fc.nat(versions.length - 1), { nil: null, freq: 4 }),
});
const fault: fc.Arbitrary<Disturbance> = fc.oneof(
  fc.record({
    kind: fc.constant('crash' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  fc.record({
    kind: fc.constant('break' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
  fc.constant({ kind: 'refuse' as const, why: 'throttled' as const }),
);
const failing = fc.record({ step, fault, at: fc.nat(25), more: fc.nat(30) });

describe('schedules and rules of experiments', () => {
  it('are exactly the wanted ones after any failures at any calls, once a request for each has succeeded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(failing, { maxLength: 6 }),
        fc.array(step, { minLength: 1, maxLength: 3 }),
        async (failures, last) => {
          const { request, there, wanted } = world();
          for (const { step: one, fault: what, at, more } of failures)
            await request(one, { ...what, at, until: at + more });
          for (const one of last) expect(await request(one)).toBe('done');
          // Whatever failures left of an experiment that was not asked for again is put right by asking for it again.
          const asked = new Set(last.map(({ name }) => name));
          for (const name of names.filter((one) => !asked.has(one)))
            expect(await request({ name, version: null })).toBe('done');
          expect(there()).toEqual(wanted());
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  it('are those of the registered version again where one call of a change failed', async () => {
    await fc.assert(
      fc.asyncProperty(step, step, fc.nat(20), fault, async (before, after, at, what) => {
        fc.pre(what.kind !== 'crash' && after.version !== null);
        const { request, there, wanted } = world();
        expect(await request(before)).toBe('done');
        await request(after, { ...what, at, until: at });
        expect(there()).toEqual(wanted());
      }),
      { numRuns: 80 },
    );
  }, 60_000);

  it('are those of what is registered where the registry fails', async () => {
    const { request, there, wanted, registry } = world();
    await request({ name: 'checkout', version: 3 });
    const { put } = registry;
    registry.put = () => Promise.reject(new Error('no table'));
    expect(await request({ name: 'checkout', version: 4 })).toBe('Error');
    expect(there()).toEqual(wanted());
    registry.put = async (...entry) => {
      await put(...entry);
      throw new Error('the answer was lost');
    };
    expect(await request({ name: 'checkout', version: 4 })).toBe('Error');
    expect(registry.current.get('checkout')?.version).toBe(2);
    expect(there()).toEqual(wanted());
  });

  it('are told of where they could not be put back', async () => {
    const { request } = world();
    await request({ name: 'checkout', version: 3 });
    const failed = { kind: 'refuse', why: 'throttled', at: 3, until: 99 } as const;
    expect(await request({ name: 'checkout', version: 4 }, failed)).toBe('AggregateError');
  });

  it('are switched on again by registering', async () => {
    const { request, there, wanted, eventBridge } = world();
    await request({ name: 'checkout', version: 3 });
    for (const rule of eventBridge.rules.values()) rule.State = 'DISABLED';
    expect(there()).not.toEqual(wanted());
    await request({ name: 'checkout', version: 3 });
    expect(there()).toEqual(wanted());
  });

  it('L16: a rate begins one interval after the registration, and keeps its slots when it is registered again', async () => {
    const { request, scheduler } = world();
    const start = (): number =>
      scheduler.schedules.get('inoculate-dev-experiments/checkout')?.StartDate?.getTime() ?? 0;
    await request({ name: 'checkout', version: 1 });
    const first = start();
    expect(first).toBe(1_800_000_000_000 + 3_600_000);
    await request({ name: 'checkout', version: 1 });
    expect(start()).toBe(first);
  });

  it('are not made where the file names a bus that is not there', async () => {
    const { request, there, eventBridge, registry } = world();
    eventBridge.buses.delete('shop');
    await request({ name: 'checkout', version: 3 });
    expect(there()).toEqual({ rules: [], schedules: [] });
    expect(registry.current.size).toBe(0);
  });
});
