import type { Dose, InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Outcome, type Sandbox } from './support/sandbox.ts';
import { eventually, TestStore } from './support/store.ts';

let built: Built;
let store: TestStore;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  store = await TestStore.start();
});
afterEach(async () => {
  await sandboxes.stop();
  await store.stop();
});
afterAll(() => built.remove());

const target = 'checkout';
const failing = (name: string): InFunctionFault => ({ kind: 'invocation.error', target, name });
/** Longer than a dose may be old. */
const FROZEN_MS = 1200;

function start(node: NodeVersion, env: Record<string, string> = {}): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, env: { ...store.env(), ...env } });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const nameOf = ({ value }: Outcome): unknown => Object(value).errorType ?? value;

async function met(sandbox: Sandbox, dose: Pick<Dose, 'salt' | 'exposure'>): Promise<unknown> {
  return nameOf(await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)));
}

/** A warm sandbox in which this dose works. */
async function dosed(node: NodeVersion, dose: Dose): Promise<Sandbox> {
  await store.putDose(dose);
  const sandbox = await start(node);
  await eventually(
    () => met(sandbox, dose),
    (outcome) => outcome === 'Old',
  );
  return sandbox;
}

/** As Lambda does between two invocations: nothing runs, and time passes. */
async function frozen(sandbox: Sandbox, meanwhile: () => Promise<void>, ms = FROZEN_MS): Promise<void> {
  sandbox.signal('SIGSTOP');
  await pause(ms);
  await meanwhile();
  sandbox.signal('SIGCONT');
}

describe.each(nodeVersions)('a sandbox that was frozen, under %s', (node) => {
  it('injects nothing of a dose that was cleared meanwhile, in its very first invocation', async () => {
    const dose = doseOf([failing('Old')]);
    const sandbox = await dosed(node, dose);
    await frozen(sandbox, () => store.clearDose());
    for (let count = 0; count < 5; count += 1) expect(await met(sandbox, dose)).toBe('done');
  });

  it('injects nothing of a dose that has become another one, and soon the new one', async () => {
    const dose = doseOf([failing('Old')]);
    const sandbox = await dosed(node, dose);
    await frozen(sandbox, () => store.putDose({ ...doseOf([failing('New')]), epoch: 2, runId: 'run-2' }));
    // The first to be hit, if the new one is read in time, and never by the old one.
    const first = await met(sandbox, dose);
    expect(['New', 'done']).toContain(first);
    await eventually(
      () => met(sandbox, dose),
      (outcome) => {
        expect(outcome).not.toBe('Old');
        return outcome === 'New';
      },
    );
  });

  it('injects nothing of a dose that has expired meanwhile, with the store gone', async () => {
    const dose = doseOf([failing('Old')], { expiresAt: Date.now() + 4000, stalenessMs: 60_000 });
    const sandbox = await dosed(node, dose);
    store.mood = 'hangs';
    await frozen(sandbox, () => Promise.resolve(), dose.expiresAt + 100 - Date.now());
    for (let count = 0; count < 5; count += 1) expect(await met(sandbox, dose)).toBe('done');
  });

  it('injects nothing on old knowledge with the store gone, and again once it is back', async () => {
    const dose = doseOf([failing('Old')]);
    const sandbox = await dosed(node, dose);
    store.mood = 'hangs';
    await frozen(sandbox, () => Promise.resolve());
    for (let count = 0; count < 3; count += 1) expect(await met(sandbox, dose)).toBe('done');
    store.mood = 'well';
    await eventually(
      () => met(sandbox, dose),
      (outcome) => outcome === 'Old',
    );
  });

  it('in the middle of a delay waits no longer once it is thawed, if the dose was cleared meanwhile', async () => {
    const delay: InFunctionFault = { kind: 'invocation.latency', target, delay: 8000, untilTimeout: true };
    const dose = doseOf([delay]);
    await store.putDose(dose);
    const sandbox = await start(node);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
      (items) => items.length > 0,
    );
    const running = sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
    await pause(400);
    let thawedAt = 0;
    await frozen(sandbox, () => store.clearDose().then(() => void (thawedAt = performance.now())));
    expect(nameOf(await running)).toBe('done');
    // Of the eight seconds most were left.
    expect(performance.now() - thawedAt).toBeLessThan(4000);
  });

  it('in the middle of an invocation gives back what it had taken up, if the dose was cleared meanwhile', async () => {
    const megabytes = 100 * 1024 * 1024;
    const dose = doseOf([
      { kind: 'sandbox.memory', target, bytes: megabytes },
      { kind: 'sandbox.cpu', target, load: 0.2 },
    ]);
    await store.putDose(dose);
    const sandbox = await start(node);
    const look = async (): Promise<{ rss: number; threads: number }> =>
      Object((await sandbox.invoke({ do: 'look' }, idIn('control', dose))).value);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)),
      () => sandbox.output.includes('"fired":{"f1":1,"f2":1}'),
    );
    const before = await look();
    const running = sandbox.invoke({ do: 'wait', ms: 3500 }, idIn('experimental', dose));
    await pause(500);
    await frozen(sandbox, () => store.clearDose());
    const during = Object((await running).value);
    expect(during.rss).toBeLessThan(before.rss + megabytes / 2);
    expect(during.threads).toBeLessThanOrEqual(before.threads);
  });
});

describe.each(nodeVersions)('a clock that jumps, under %s', (node) => {
  it.each([
    ['forward by an hour', 3_600_000],
    ['back by an hour', -3_600_000],
    ['forward by five seconds', 5000],
    ['back by five seconds', -5000],
  ])('%s injects nothing until it is right again', async (_how, ms) => {
    const dose = doseOf([failing('Old')], { expiresAt: Date.now() + 7_200_000 });
    const sandbox = await dosed(node, dose);
    await sandbox.invoke({ do: 'clock', ms }, idIn('control', dose));
    for (let count = 0; count < 5; count += 1) expect(await met(sandbox, dose)).toBe('done');
    await sandbox.invoke({ do: 'clock', ms: 0 }, idIn('control', dose));
    await eventually(
      () => met(sandbox, dose),
      (outcome) => outcome === 'Old',
    );
  });

  it('beyond expiresAt ends the dose, and what was waited for', async () => {
    const dose = doseOf([failing('Old')], { expiresAt: Date.now() + 60_000, stalenessMs: 60_000 });
    const sandbox = await dosed(node, dose);
    await sandbox.invoke({ do: 'clock', ms: 61_000 }, idIn('control', dose));
    for (let count = 0; count < 5; count += 1) expect(await met(sandbox, dose)).toBe('done');
  });
});

it('several invocations at once in one process: only those of the experimental group are hit, while doses come and go', async () => {
  const sandbox = await start('node24', {
    AWS_LAMBDA_MAX_CONCURRENCY: '8',
    AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
  });
  const dose = doseOf([failing('Old')], { exposure: 0.3 });
  const groups = ['experimental', 'control', 'bystander'] as const;
  const hit = async (): Promise<number> => {
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const group = groups[index % 3] ?? 'bystander';
        const outcome = await sandbox.invoke({ do: 'wait', ms: 1 + (index % 7) }, idIn(group, dose));
        return { group, faulted: nameOf(outcome) === 'Old' };
      }),
    );
    const faulted = outcomes.filter((outcome) => outcome.faulted);
    expect(faulted.filter(({ group }) => group !== 'experimental')).toEqual([]);
    return faulted.length;
  };
  expect(await hit()).toBe(0);
  for (let epoch = 1; epoch <= 3; epoch += 1) {
    await store.putDose({ ...dose, epoch });
    await eventually(hit, (count) => count === 8);
    await store.clearDose();
    await eventually(hit, (count) => count === 0);
  }
});
