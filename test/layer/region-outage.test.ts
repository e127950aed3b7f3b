import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';
import { eventually, TestStore } from './support/store.ts';

type Outage = Extract<InFunctionFault, { kind: 'dependency.region-outage' }>;

const sandboxes = new Sandboxes();
let built: Built;
let ireland: LocalServer;
let frankfurt: LocalServer;
beforeAll(async () => {
  built = await buildAll();
}, 60_000);
beforeEach(async () => {
  [ireland, frankfurt] = await Promise.all([startDependency(), startDependency()]);
});
afterEach(async () => {
  await sandboxes.stop();
  await Promise.all([ireland.stop(), frankfurt.stop()]);
});
afterAll(() => built.remove());

const outage: Outage = { kind: 'dependency.region-outage', target: 'checkout', region: 'eu-west-1' };
const dose = doseOf([outage]);
const experimental = (): string => idIn('experimental', dose);
const control = (): string => idIn('control', dose);

function start(node: NodeVersion, env: Record<string, string>): Promise<Sandbox> {
  return sandboxes.start({ task: built.task, opt: built.opt, handler: 'esm/network.any', node, env });
}

function dosed(node: NodeVersion, changes: Partial<Outage> = {}): Promise<Sandbox> {
  return start(node, { INOCULATE_DOSE: JSON.stringify(doseOf([{ ...outage, ...changes }])) });
}

const multiRegion = (): object => ({
  do: 'regions',
  endpoints: { 'eu-west-1': ireland.url, 'eu-central-1': frankfurt.url },
});

describe.each(nodeVersions)('with a Region gone under %s', (node) => {
  it.each([
    ['blackhole', 'TimeoutError'],
    ['refused', 'Error'],
    ['reset', 'TimeoutError'],
  ] as const)(
    '%s: a client of two Regions succeeds in the second, over open connections, too',
    async (how, error) => {
      const sandbox = await dosed(node, { how });
      for (const round of [0, 1]) {
        const { value, failed } = await sandbox.invoke(multiRegion(), experimental());
        expect(failed).toBe(false);
        expect(value).toMatchObject({ value: { region: 'eu-central-1', failures: [`eu-west-1 ${error}`] } });
        expect(frankfurt.seen).toHaveLength(round + 1);
        expect(ireland.seen).toHaveLength(round);
        // The control group stays where it was.
        expect((await sandbox.invoke(multiRegion(), control())).value).toMatchObject({
          value: { region: 'eu-west-1', failures: [] },
        });
      }
    },
  );

  it('without how, nothing ever comes back; other services of the Region are gone as well', async () => {
    const sandbox = await dosed(node);
    const { value } = await sandbox.invoke({ do: 's3', url: ireland.url }, experimental());
    expect(value).toMatchObject({ error: { name: 'TimeoutError' } });
    expect(ireland.seen).toEqual([]);
    expect((await sandbox.invoke({ do: 's3', url: ireland.url }, control())).value).toMatchObject({
      value: '"real"',
    });
    // What is signed for nobody is of no Region.
    const other = await sandbox.invoke({ do: 'fetch', url: ireland.url }, experimental());
    expect(other.value).toMatchObject({ value: '"real"' });
  });

  it('connections of other protocols are known by their name: databases and caches of the Region', async () => {
    const sandbox = await dosed(node, { how: 'dns' });
    const hosts = [
      'orders.abc.eu-west-1.rds.amazonaws.com',
      'carts.abc.ng.0001.euw1.cache.amazonaws.com',
      'xyz.lambda-url.eu-west-1.on.aws',
    ];
    for (const host of hosts) {
      const { value } = await sandbox.invoke({ do: 'net', host, port: 5432 }, experimental());
      expect(value).toMatchObject({ error: { code: 'ENOTFOUND', hostname: host } });
    }
    expect(Object(fired(sandbox))).toEqual({ f1: hosts.length });
  });

  it("the dose's own channel stays open, although it is in the same Region and signed for it", async () => {
    const store = await TestStore.start();
    try {
      await store.putDose(doseOf([outage], { expiresAt: Date.now() + 60_000 }));
      const sandbox = await start(node, store.env());
      const hit = await eventually(
        async () => (await sandbox.invoke(multiRegion(), experimental())).value,
        (value) => JSON.stringify(value).includes('eu-central-1'),
      );
      expect(hit).toMatchObject({ value: { region: 'eu-central-1' } });
      await store.clearDose();
      // Only over that channel can it have heard of this.
      await eventually(
        async () => (await sandbox.invoke(multiRegion(), experimental())).value,
        (value) => JSON.stringify(value).includes('"eu-west-1"'),
      );
      expect((await sandbox.invoke({ do: 'untouched' })).value).toEqual({
        value: expect.not.objectContaining({ dns: false }),
        tookMs: expect.any(Number),
      });
    } finally {
      await store.stop();
    }
  }, 60_000);
});

/** What the EMF lines say was injected, in all. */
function fired(sandbox: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of sandbox.output.split('\n').filter((text) => text.startsWith('{"_aws"'))) {
    const { fired: some } = JSON.parse(line) as { fired: Record<string, number> };
    for (const [id, count] of Object.entries(some)) counts[id] = (counts[id] ?? 0) + count;
  }
  return counts;
}
