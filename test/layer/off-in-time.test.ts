import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
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

const failing: InFunctionFault = { kind: 'invocation.error', target: 'checkout', name: 'Injected' };
/** From one invocation every ten seconds up to back to back. */
const PAUSES_MS = [10_000, 3000, 950, 333, 100, 10, 0];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Traffic {
  /** When invocations that were faulted began, in milliseconds since 1970. */
  readonly faultedAt: number[];
  readonly pauseMs: number;
  readonly ended: Promise<void>;
}

function start(node: NodeVersion): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, env: store.env() });
}

/** One experimental invocation after the other, as long as `goesOn` says. */
function trafficIn(sandbox: Sandbox, pauseMs: number, goesOn: () => boolean): Traffic {
  const faultedAt: number[] = [];
  const dose = doseOf([]);
  const run = async (): Promise<void> => {
    while (goesOn()) {
      const startedAt = Date.now();
      const { value } = await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
      if (Object(value).errorType === 'Injected') faultedAt.push(startedAt);
      await pause(pauseMs);
    }
  };
  return { faultedAt, pauseMs, ended: run() };
}

describe.each(nodeVersions)('under %s', (node) => {
  it('F4: the last faulted invocation starts at most a second after the dose was cleared, at any rate of invocations', async () => {
    await store.putDose(doseOf([failing]));
    let on = true;
    const traffic = await Promise.all(
      PAUSES_MS.map(async (pauseMs) => trafficIn(await start(node), pauseMs, () => on)),
    );
    // The slowest notices the dose in its second invocation at the latest, and is faulted in its third.
    await eventually(
      () => Promise.resolve(traffic.map(({ faultedAt }) => faultedAt.length)),
      (counts) => counts.every((count) => count > 0),
    );
    await store.clearDose();
    const clearedAt = Date.now();
    await pause(11_000);
    on = false;
    await Promise.all(traffic.map(({ ended }) => ended));
    for (const { faultedAt, pauseMs } of traffic) {
      const lastMs = (faultedAt.at(-1) ?? 0) - clearedAt;
      expect({ pauseMs, late: lastMs > 1000 ? lastMs : false }).toEqual({ pauseMs, late: false });
    }
  }, 60_000);

  it('F4: with the store unreachable, nothing starts to be faulted after the staleness limit, or at expiresAt', async () => {
    const dose = doseOf([failing]);
    await store.putDose(dose);
    let on = true;
    const traffic = await Promise.all(
      PAUSES_MS.slice(2).map(async (pauseMs) => trafficIn(await start(node), pauseMs, () => on)),
    );
    await eventually(
      () => Promise.resolve(traffic.map(({ faultedAt }) => faultedAt.length)),
      (counts) => counts.every((count) => count > 0),
    );
    store.mood = 'hangs';
    const goneAt = Date.now();
    await pause(4000);
    on = false;
    await Promise.all(traffic.map(({ ended }) => ended));
    for (const { faultedAt } of traffic) {
      expect((faultedAt.at(-1) ?? 0) - goneAt).toBeLessThanOrEqual(dose.stalenessMs);
    }
  }, 60_000);

  it('a dose that may be old for long still ends at expiresAt, to the millisecond, with the store unreachable', async () => {
    const dose = doseOf([failing], { expiresAt: Date.now() + 6000, stalenessMs: 60_000 });
    await store.putDose(dose);
    const goesOn = (): boolean => Date.now() < dose.expiresAt + 1500;
    const traffic = await Promise.all([100, 0].map(async (ms) => trafficIn(await start(node), ms, goesOn)));
    await eventually(
      () => Promise.resolve(traffic.map(({ faultedAt }) => faultedAt.length)),
      (counts) => counts.every((count) => count > 0),
    );
    store.mood = 'hangs';
    await Promise.all(traffic.map(({ ended }) => ended));
    for (const { faultedAt } of traffic) expect(faultedAt.at(-1)).toBeLessThan(dose.expiresAt);
  }, 60_000);
});
