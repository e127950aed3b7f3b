import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { sampledKinds, sampleOf } from './support/samples.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';
import { eventually, TestStore } from './support/store.ts';
import type { Traces } from './functions/traces.ts';

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

const MEGABYTE = 1024 * 1024;

function start(node: NodeVersion): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, env: store.env(), temporaryMb: 64 });
}

const events = (): object[] => [
  { do: 'nothing' },
  { do: 'reach', url: dependency.url },
  { do: 'nothing', version: '2.0', requestContext: { http: { method: 'GET' }, domainName: 'x.example.com' } },
  {
    do: 'nothing',
    Records: [
      { eventSource: 'aws:sqs', messageId: '1', body: '{}' },
      { eventSource: 'aws:sqs', messageId: '2', body: '{}' },
    ],
  },
];

async function ask(sandbox: Sandbox, event: object): Promise<unknown> {
  const { value, failed } = await sandbox.invoke(event, idIn('bystander', doseOf([], { exposure: 0.4 })));
  if (failed) throw new Error(`it failed: ${JSON.stringify(value)} ${sandbox.output.slice(-1000)}`);
  return value;
}

const lookAt = async (sandbox: Sandbox): Promise<Traces> =>
  Object(await ask(sandbox, { do: 'look' })) as Traces;

/** A sandbox in which everything has been used once that Node makes when it is first used. */
async function warmed(node: NodeVersion): Promise<Sandbox> {
  const sandbox = await start(node);
  for (let round = 0; round < 3; round += 1) for (const event of events()) await ask(sandbox, event);
  // The layer has looked for a dose, and so made what it needs for that.
  await eventually(
    () => ask(sandbox, { do: 'nothing' }),
    () => store.calls('GetItem').length > 0,
  );
  expect(await ask(sandbox, { do: 'remember' })).toBeGreaterThan(2000);
  expect(await ask(sandbox, { do: 'changed' })).toEqual([]);
  return sandbox;
}

describe.each(nodeVersions)('F1: off, on, off in one warm sandbox leaves nothing, under %s', (node) => {
  it.each(sampledKinds)('%s', async (kind) => {
    let sandbox = await warmed(node);
    const before = await lookAt(sandbox);
    const dose = doseOf([sampleOf(kind)], { exposure: 0.4 });
    await store.putDose(dose);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
      (items) => items.length > 0,
    );
    for (const event of events()) {
      if (!sandbox.hasEnded) await sandbox.invoke(event, idIn('experimental', dose));
    }
    // What patches, or takes something up, has really done so; others may have found nothing to act on.
    if (!kind.startsWith('invocation.')) expect(sandbox.output).toContain('"fired":{"f1":');
    await store.clearDose();
    // A kind that ends the process leaves the next one in that sandbox as clean.
    if (sandbox.hasEnded) sandbox = await warmed(node);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)).then(() => lookAt(sandbox)),
      (after) =>
        JSON.stringify(after.resources) === JSON.stringify(before.resources) &&
        // The last report may still be on its way: until it is there, the end of the process is listened for.
        JSON.stringify(after.listeners) === JSON.stringify(before.listeners) &&
        after.sockets <= before.sockets &&
        after.threads <= before.threads,
      () => JSON.stringify(before),
    );
    const { rss, listeners, files, temporary, diskShare, children } = await lookAt(sandbox);
    expect({ listeners, files, temporary, diskShare, children }).toEqual({
      listeners: before.listeners,
      files: before.files,
      temporary: before.temporary,
      diskShare: before.diskShare,
      children: before.children,
    });
    expect(rss).toBeLessThan(before.rss + 48 * MEGABYTE);
    expect(await ask(sandbox, { do: 'changed' })).toEqual([]);
    // And it works as ever.
    expect(await ask(sandbox, { do: 'nothing' })).toBe('done');
  });

  it('what is patched while a fault of dependencies is on would be seen', async () => {
    const sandbox = await warmed(node);
    const dose = doseOf([sampleOf('dependency.error')], { exposure: 0.4 });
    await store.putDose(dose);
    const patched = await eventually(
      () => ask(sandbox, { do: 'changed' }),
      (changes) => Array.isArray(changes) && changes.length > 0,
    );
    expect(String(patched)).toMatch(/Agent\.prototype\.addRequest/);
  });
});
