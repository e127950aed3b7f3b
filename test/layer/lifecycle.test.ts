import type { Dose, InFunctionFault } from '../../src/generated/types.ts';
import { validateTelemetry } from '../../src/generated/validate-telemetry.js';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Outcome, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';
import { eventually, TestStore } from './support/store.ts';

let built: Built;
let store: TestStore;
let dependency: LocalServer;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  store = await TestStore.start();
  dependency = await startDependency();
});
afterEach(async () => {
  await sandboxes.stop();
  await store.stop();
  await dependency.stop();
});
afterAll(() => built.remove());

const target = 'checkout';
const failing: InFunctionFault = { kind: 'invocation.error', target, name: 'Injected' };
const refused: InFunctionFault = { kind: 'dependency.error', target, host: '127.0.0.1', status: 503 };

function start(node: NodeVersion = 'node24', env: Record<string, string> = {}): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/calls.any', node, env: { ...store.env(), ...env } });
}

const isFaulted = ({ value }: Outcome): boolean => Object(value).errorType === 'Injected';

/** Invokes in the experimental group until the dose works, or no longer does. */
function untilFaulted(sandbox: Sandbox, dose: Dose, faulted: boolean): Promise<Outcome> {
  return eventually(
    () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)),
    (outcome) => isFaulted(outcome) === faulted,
    () => sandbox.output.slice(-2000),
  );
}

describe.each(nodeVersions)('a dose comes and goes under %s', (node) => {
  it('F1, F4: off, on, off in one warm sandbox leaves no trace, and turning off takes about a second', async () => {
    const sandbox = await start(node);
    const dose = doseOf([failing, refused], { exposure: 0.4 });
    const untouched = async (): Promise<unknown> =>
      (await sandbox.invoke({ do: 'untouched' }, idIn('bystander', dose))).value;
    const clean = { addRequest: true, request: true, fetch: true, dispatcher: true, dispatch: true };
    for (let round = 0; round < 2; round += 1) {
      expect(await untouched()).toEqual(clean);
      await store.putDose(dose);
      await untilFaulted(sandbox, dose, true);
      // While it is on, it is patched: or the check could not fail.
      expect(await untouched()).toMatchObject({
        addRequest: false,
        dispatch: false,
        request: true,
        fetch: true,
      });
      await store.clearDose();
      const clearedAt = Date.now();
      await untilFaulted(sandbox, dose, false);
      // Its staleness limit and one read deadline: rule 12.
      expect(Date.now() - clearedAt).toBeLessThan(dose.stalenessMs + 300 + 2000);
    }
    expect(await untouched()).toEqual(clean);
    const bystander = await sandbox.invoke(
      { do: 'viaFetch', url: dependency.url },
      idIn('experimental', dose),
    );
    expect(Object(bystander.value).answers).toEqual([{ status: 200, body: '"real"' }]);
  });

  it('F4: a delay that is being waited for ends when the dose is cleared', async () => {
    const sandbox = await start(node);
    const dose = doseOf([{ kind: 'invocation.latency', target, delay: 60_000, untilTimeout: true }]);
    await store.putDose(dose);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
      (items) => items.length > 0,
    );
    const waiting = sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await store.clearDose();
    const { failed, value } = await waiting; // the sandbox would time out after ten seconds
    expect({ failed, value }).toEqual({ failed: false, value: 'done' });
    // F4: and nobody pounded the store meanwhile.
    expect(store.calls('GetItem').length).toBeLessThan(30);
  });

  it('looks for a dose cheaply, and decides only on consistent reads', async () => {
    const sandbox = await start(node);
    const dose = doseOf([failing]);
    await store.putDose(dose);
    await untilFaulted(sandbox, dose, true);
    const consistent = store.calls('GetItem').map(({ body }) => Object(JSON.parse(body)).ConsistentRead);
    expect(consistent.slice(0, 2)).toEqual([false, true]);
    expect(consistent.slice(1)).not.toContain(false);
  });

  it('a dose stops by itself at expiresAt, with the store gone', async () => {
    const sandbox = await start(node);
    const dose = doseOf([failing], { expiresAt: Date.now() + 3000, stalenessMs: 60_000 });
    await store.putDose(dose);
    await untilFaulted(sandbox, dose, true);
    store.mood = 'hangs';
    await untilFaulted(sandbox, dose, false);
    expect(Date.now()).toBeGreaterThanOrEqual(dose.expiresAt);
  });
});

describe('fail towards no fault', () => {
  const dose = doseOf([failing]);
  const neverFaults = async (sandbox: Sandbox, said: RegExp): Promise<void> => {
    await eventually(
      async () => {
        const outcome = await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
        expect({ failed: outcome.failed, value: outcome.value }).toEqual({ failed: false, value: 'done' });
        return sandbox.output;
      },
      (output) => said.test(output),
    );
    expect(await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose))).toMatchObject({
      value: 'done',
    });
    // Once, not once per invocation.
    expect(sandbox.output.split('\n').filter((line) => said.test(line))).toHaveLength(1);
  };

  it.each([
    [
      'that is for another function',
      () => doseOf([failing], { function: 'other' }),
      {},
      /is for the function other/,
    ],
    ['of another version', () => dose, { v: { N: '2' } }, /version 2/],
    ['that is no JSON', () => dose, { body: { S: '{"version":' } }, /JSON/],
    [
      'with an unknown fault',
      () => dose,
      { body: { S: JSON.stringify({ ...dose, faults: [{ id: 'f1', fault: { kind: 'x' } }] }) } },
      /not a dose/,
    ],
    [
      'with an error that the service never gives',
      () => doseOf([{ kind: 'dependency.error', target, service: 'lambda', error: 'RequestLimitExceeded' }]),
      {},
      /lambda never answers RequestLimitExceeded/,
    ],
  ])('a dose %s is ignored, and said to be', async (_what, make, changes, said) => {
    await store.putDose(make(), changes);
    await neverFaults(await start(), said);
  });

  it.each(['hangs', 'throttles', 'is broken'] as const)(
    'F2, F3: a store that %s is asked seldom and injects nothing',
    async (mood) => {
      await store.putDose(dose);
      store.mood = mood;
      const sandbox = await start();
      await neverFaults(sandbox, /no fault is injected/);
      for (let count = 0; count < 200; count += 1) await sandbox.invoke({ do: 'nothing' });
      expect(store.calls('GetItem').length).toBeLessThan(5);
    },
  );

  it.each(['hangs', 'throttles'] as const)(
    'with an active dose, a store that %s makes invocations of both groups skip it, counted',
    async (mood) => {
      const sandbox = await start();
      await store.putDose(dose);
      await untilFaulted(sandbox, dose, true);
      store.mood = mood;
      await untilFaulted(sandbox, dose, false);
      const control = await sandbox.invoke({ do: 'nothing' }, idIn('control', dose));
      expect(control.failed).toBe(false);
      store.mood = 'well';
      const [item] = await eventually(
        async () => {
          await sandbox.invoke({ do: 'nothing' }, idIn('control', dose));
          return store.telemetry();
        },
        ([report]) => Number(report?.skipped['stale']) >= 2,
      );
      const { experimental } = item?.groups ?? {};
      // What was skipped was not enrolled: neither started nor finished.
      expect(experimental?.started).toBe(experimental?.failed);
    },
  );

  it.each(['an hour ahead', 'an hour behind'] as const)(
    'rule 16: with a store whose clock is %s nothing is injected, counted',
    async (mood) => {
      store.mood = mood;
      await store.putDose(dose);
      const sandbox = await start();
      const items = await eventually(
        async () => {
          const outcome = await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
          expect(isFaulted(outcome)).toBe(false);
          return store.telemetry();
        },
        ([report]) => Number(report?.skipped['clock']) >= 1,
      );
      expect(items[0]?.groups.experimental.started).toBe(0);
    },
  );
});

describe('telemetry', () => {
  it('counts both groups alike, is valid, and is acknowledged before the answer', async () => {
    const sandbox = await start();
    const dose = doseOf([failing], { exposure: 0.3, tick: { originAt: Date.now(), lengthMs: 3_600_000 } });
    await store.putDose(dose);
    await untilFaulted(sandbox, dose, true);
    const [first] = await store.telemetry();
    expect(first?.groups.experimental).toMatchObject({ started: 1, finished: 1, failed: 1 });
    for (let count = 0; count < 5; count += 1) {
      await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
      await sandbox.invoke({ do: 'fail' }, idIn('control', dose));
      await sandbox.invoke({ do: 'nothing' }, idIn('bystander', dose));
    }
    await store.clearDose();
    const [last] = await eventually(
      async () => {
        await sandbox.invoke({ do: 'nothing' }, idIn('bystander', dose));
        return store.telemetry();
      },
      ([report]) => report?.groups.control.finished === 5,
    );
    expect(last?.groups.experimental).toMatchObject({ started: 6, finished: 6, failed: 6 });
    expect(last?.groups.control).toMatchObject({ started: 5, finished: 5, failed: 5 });
    expect(last?.fired).toEqual({ f1: 6 });
    expect(validateTelemetry(last)).toBe(true);
    // One tick, so one start, one outcome that was waited for, and the last report: not one write per invocation.
    expect(store.calls('PutItem')).toHaveLength(3);
  });

  it.each([
    ['control', 'experimental'],
    ['experimental', 'control'],
  ] as const)(
    'the start of a long invocation (first %s, then %s) is known before it ends',
    async (...groups) => {
      const dose = doseOf([{ kind: 'invocation.latency', target, delay: 1 }], {
        tick: { originAt: Date.now(), lengthMs: 200 },
      });
      await store.putDose(dose);
      const sandbox = await start();
      await eventually(
        () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
        (items) => items.length > 0,
      );
      // The second begins when the first has just been reported.
      const before = (await store.telemetry())[0]?.groups;
      const running = groups.map((group) =>
        sandbox.invoke({ do: 'wait', timeoutMs: 4000 }, idIn(group, dose)),
      );
      for (const [index, group] of groups.entries()) {
        const counted = Number(before?.[group].started);
        // Once it has finished this never comes true any more.
        await eventually(
          async () => (await store.telemetry())[0]?.groups[group],
          (now) => now?.started === counted + 1 && now.finished === counted,
        );
        await running[index];
      }
    },
  );

  it('F17: where a fault can end the process, starts are acknowledged first, in both groups', async () => {
    const dose = doseOf([{ kind: 'invocation.latency', target, delay: 1 }], { acknowledgeStart: true });
    await store.putDose(dose);
    const sandbox = await start();
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
      (items) => items.length > 0,
    );
    for (const group of ['experimental', 'control'] as const) {
      const before = (await store.telemetry())[0]?.groups[group].started ?? 0;
      const running = sandbox.invoke({ do: 'wait', timeoutMs: 1000 }, idIn(group, dose));
      await new Promise((resolve) => setTimeout(resolve, 500));
      const during = (await store.telemetry())[0]?.groups[group];
      expect(during?.started).toBe(before + 1);
      expect(during?.finished).toBe(before);
      await running;
    }
  });

  it('where the start cannot be acknowledged nothing is injected, and the invocation stays in its group', async () => {
    const dose = doseOf([failing], { acknowledgeStart: true, stalenessMs: 60_000 });
    await store.putDose(dose);
    const sandbox = await start();
    await untilFaulted(sandbox, dose, true);
    store.mood = 'hangs';
    await untilFaulted(sandbox, dose, false);
    store.mood = 'well';
    const [report] = await eventually(
      async () => {
        await sandbox.invoke({ do: 'nothing' }, idIn('control', dose));
        return store.telemetry();
      },
      ([item]) => Number(item?.skipped['start-not-acknowledged']) >= 1,
    );
    const { started, finished, failed } = report?.groups.experimental ?? {
      started: 0,
      finished: 0,
      failed: 0,
    };
    expect(finished).toBe(started);
    expect(failed).toBeLessThan(started);
  });

  it('SIGTERM sends what is outstanding, and the process ends as it would have', async () => {
    const dose = doseOf([failing], { tick: { originAt: Date.now(), lengthMs: 3_600_000 } });
    await store.putDose(dose);
    const sandbox = await start();
    await untilFaulted(sandbox, dose, true);
    await sandbox.invoke({ do: 'nothing' }, idIn('control', dose));
    expect((await store.telemetry())[0]?.groups.control.started).toBe(0);
    sandbox.signal('SIGTERM');
    expect(await sandbox.exited).toBe(null);
    expect((await store.telemetry())[0]?.groups.control).toMatchObject({
      started: 1,
      finished: 1,
      failed: 0,
    });
  });
});
