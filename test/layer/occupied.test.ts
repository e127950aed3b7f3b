import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import {
  nodeVersions,
  Sandboxes,
  type NodeVersion,
  type Sandbox,
  type SandboxOptions,
} from './support/sandbox.ts';
import { eventually, TestStore } from './support/store.ts';

let built: Built;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
afterEach(() => sandboxes.stop());
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);
const MEGABYTE = 1024 * 1024;
const MEMORY_MB = 256;

interface Look {
  readonly rss: number;
  readonly threads: number;
  readonly files: readonly string[];
  readonly temporary: readonly string[];
  readonly diskShare: number;
  readonly resources: readonly string[];
}

function start(
  node: NodeVersion,
  faults: readonly InFunctionFault[],
  options: Partial<SandboxOptions> = {},
  changes = {},
): Promise<Sandbox> {
  const { task, opt } = built;
  const env = { INOCULATE_DOSE: JSON.stringify(doseOf(faults, changes)), ...options.env };
  return sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, ...options, env });
}

async function lookIn(sandbox: Sandbox, group: 'experimental' | 'control', event = {}): Promise<Look> {
  const { value, failed } = await sandbox.invoke({ do: 'look', ...event }, idIn(group, dose));
  expect(failed).toBe(false);
  return Object(value) as Look;
}

const firedIn = (sandbox: Sandbox): unknown[] =>
  sandbox.output
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => Object(JSON.parse(line)).fired);

describe.each(nodeVersions)('under %s', (node) => {
  describe('sandbox.memory', () => {
    it('fills the memory up to the share, never beyond, with pages that are there, and gives all of it back', async () => {
      const sandbox = await start(node, [{ kind: 'sandbox.memory', target, fill: 0.8 }]);
      // By which a process itself grows in its first invocations is no part of it.
      for (let count = 0; count < 2; count += 1) await lookIn(sandbox, 'experimental');
      const before = await lookIn(sandbox, 'control');
      for (let round = 0; round < 3; round += 1) {
        const filled = await lookIn(sandbox, 'experimental');
        expect(filled.rss).toBeLessThanOrEqual(0.8 * MEMORY_MB * MEGABYTE);
        expect(filled.rss).toBeGreaterThan(0.78 * MEMORY_MB * MEGABYTE);
        expect((await lookIn(sandbox, 'control')).rss).toBeLessThan(before.rss + 8 * MEGABYTE);
      }
      expect(firedIn(sandbox)).toEqual(Array.from({ length: 5 }, () => ({ f1: 1 })));
    });

    it('takes so many bytes beside what is used, and gives them back where the handler fails', async () => {
      const sandbox = await start(node, [{ kind: 'sandbox.memory', target, bytes: 100 * MEGABYTE }]);
      const before = await lookIn(sandbox, 'control');
      const filled = await lookIn(sandbox, 'experimental');
      expect(filled.rss - before.rss).toBeGreaterThan(100 * MEGABYTE);
      expect(filled.rss - before.rss).toBeLessThan(110 * MEGABYTE);
      const { value } = await sandbox.invoke({ do: 'fail' }, idIn('experimental', dose));
      expect(Object(value).errorType).toBe('TypeError');
      expect((await lookIn(sandbox, 'control')).rss).toBeLessThan(before.rss + 8 * MEGABYTE);
    });
  });

  describe('sandbox.disk', () => {
    const full = { temporaryMb: 64, temporaryFile: 'inoculate-fill-left' } as const;

    it('fills /tmp up to the share, so that writing fails, and leaves no file, not even an earlier one', async () => {
      const sandbox = await start(node, [{ kind: 'sandbox.disk', target, fill: 0.95 }], full);
      const before = await lookIn(sandbox, 'control');
      expect(before.temporary).toEqual(['inoculate-fill-left']);
      for (let round = 0; round < 2; round += 1) {
        const filled = await lookIn(sandbox, 'experimental');
        expect(filled.diskShare).toBeLessThanOrEqual(0.95);
        expect(filled.diskShare).toBeGreaterThan(0.949);
        expect(filled.temporary).toEqual([]);
        // Who looks for it finds it by its name.
        expect(filled.files.join()).toMatch(/inoculate-fill-\S+ \(deleted\)/);
        const after = await lookIn(sandbox, 'control');
        expect(after).toMatchObject({ diskShare: 0, files: before.files, temporary: [] });
      }
      const event = { do: 'write', bytes: 8 * MEGABYTE };
      expect((await sandbox.invoke(event, idIn('experimental', dose))).value).toBe('ENOSPC');
      expect((await sandbox.invoke(event, idIn('control', dose))).value).toBe('written');
    });

    it('leaves a folder alone that is no file system of its own: it is not a sandbox', async () => {
      const sandbox = await start(node, [{ kind: 'sandbox.disk', target, fill: 0.95 }]);
      const before = await lookIn(sandbox, 'control');
      const { diskShare, files } = await lookIn(sandbox, 'experimental');
      expect(Math.abs(diskShare - before.diskShare)).toBeLessThan(0.05);
      expect(files).toEqual(before.files);
      expect(firedIn(sandbox)).toEqual([]);
    });
  });

  describe('sandbox.cpu', () => {
    it('burns in threads of its own until the invocation ends, whichever way', async () => {
      const sandbox = await start(node, [{ kind: 'sandbox.cpu', target, load: 0.5, threads: 2 }]);
      const before = await lookIn(sandbox, 'control');
      const event = { do: 'cpu', ms: 600 };
      const idle = Number((await sandbox.invoke(event, idIn('control', dose))).value);
      const busy = Number((await sandbox.invoke(event, idIn('experimental', dose))).value);
      // Two halves of a CPU would be 600 ms; other work on this machine takes its part.
      expect(busy).toBeGreaterThan(idle + 150);
      await sandbox.invoke({ do: 'fail' }, idIn('experimental', dose));
      const after = await lookIn(sandbox, 'control');
      expect(after.resources).toEqual(before.resources);
      expect(after.threads).toBeLessThanOrEqual(before.threads);
      expect(firedIn(sandbox)).toEqual([{ f1: 1 }, { f1: 1 }]);
    });

    it('loads nothing into its threads that is preloaded into the function', async () => {
      const env = { NODE_OPTIONS: `--import=data:text/javascript,process._rawDebug(4711)` };
      const sandbox = await start(node, [{ kind: 'sandbox.cpu', target, load: 0.1, threads: 3 }], { env });
      await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
      expect(firedIn(sandbox)).toEqual([{ f1: 1 }]);
      expect(sandbox.output.split('4711')).toHaveLength(2);
    });
  });

  it('what was taken up is given back at expiresAt while the handler still runs', async () => {
    const expiresAt = Date.now() + 2500;
    const faults: InFunctionFault[] = [
      { kind: 'sandbox.memory', target, bytes: 100 * MEGABYTE },
      { kind: 'sandbox.cpu', target, load: 0.2 },
      { kind: 'sandbox.disk', target, fill: 0.9 },
    ];
    const sandbox = await start(node, faults, { temporaryMb: 64 }, { expiresAt });
    const before = await lookIn(sandbox, 'control');
    const filled = await lookIn(sandbox, 'experimental');
    expect([filled.rss > before.rss + 90 * MEGABYTE, filled.diskShare > 0.89]).toEqual([true, true]);
    const waiting = { do: 'wait', ms: expiresAt + 1000 - Date.now() };
    const late = await lookIn(sandbox, 'experimental', waiting);
    expect(firedIn(sandbox)).toEqual([
      { f1: 1, f2: 1, f3: 1 },
      { f1: 1, f2: 1, f3: 1 },
    ]);
    expect(late.rss).toBeLessThan(before.rss + 32 * MEGABYTE);
    expect(late).toMatchObject({ diskShare: 0, files: before.files });
    expect(late.threads).toBeLessThanOrEqual(before.threads);
  });
});

it('F4: what was taken up is given back within a second when the dose is cleared while the handler still runs', async () => {
  const store = await TestStore.start();
  try {
    const { task, opt } = built;
    const sandbox = await sandboxes.start({ task, opt, handler: 'esm/sandbox.any', env: store.env() });
    const active = doseOf([{ kind: 'sandbox.memory', target, bytes: 100 * MEGABYTE }]);
    await store.putDose(active);
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', active)),
      () => firedIn(sandbox).length > 0,
    );
    const before = await lookIn(sandbox, 'control');
    const running = sandbox.invoke({ do: 'wait', ms: 2000 }, idIn('experimental', active));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await store.clearDose();
    const { rss } = Object((await running).value) as Look;
    expect(rss).toBeLessThan(before.rss + 32 * MEGABYTE);
  } finally {
    await store.stop();
  }
});

it('rule 15: where several invocations share the process nothing of it is touched, and that is counted', async () => {
  const store = await TestStore.start();
  try {
    const { task, opt } = built;
    const env = { ...store.env(), AWS_LAMBDA_MAX_CONCURRENCY: '4', AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' };
    const sandbox = await sandboxes.start({ task, opt, handler: 'esm/sandbox.any', env });
    const faults: InFunctionFault[] = [
      { kind: 'sandbox.memory', target, bytes: 100 * MEGABYTE },
      { kind: 'sandbox.disk', target, fill: 0.95 },
      { kind: 'sandbox.cpu', target, load: 1 },
      { kind: 'sandbox.exit', target },
      { kind: 'sandbox.cold-start', target, every: 1 },
    ];
    const active = doseOf(faults);
    await store.putDose(active);
    const [report] = await eventually(
      async () => {
        const { failed, value } = await sandbox.invoke({ do: 'nothing' }, idIn('experimental', active));
        expect({ failed, value }).toEqual({ failed: false, value: 'done' });
        return store.telemetry();
      },
      ([item]) => Number(item?.skipped['shared-process']) >= faults.length,
    );
    expect(report?.fired).toEqual({});
  } finally {
    await store.stop();
  }
});
