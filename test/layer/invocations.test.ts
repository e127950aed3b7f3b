import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { Sandboxes, type Outcome, type Sandbox } from './support/sandbox.ts';

let built: Built;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
afterEach(() => sandboxes.stop());
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);

function start(faults: readonly InFunctionFault[], timeoutMs = 10_000, changes = {}): Promise<Sandbox> {
  return sandboxes.start({
    task: built.task,
    opt: built.opt,
    handler: 'esm/calls.any',
    timeoutMs,
    env: { INOCULATE_DOSE: JSON.stringify(doseOf(faults, changes)) },
  });
}

function invoke(
  sandbox: Sandbox,
  event: unknown,
  group: 'experimental' | 'control' = 'experimental',
): Promise<Outcome> {
  return sandbox.invoke(event, idIn(group, dose));
}

const emfLines = (sandbox: Sandbox): { fired: unknown; group: string }[] =>
  sandbox.output
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line));

describe('invocation.error', () => {
  it('F9: "instead" never runs the handler, "after" runs it and discards its answer', async () => {
    for (const when of ['instead', 'after'] as const) {
      const sandbox = await start([
        { kind: 'invocation.error', target, name: 'Broken', message: 'as asked', when },
      ]);
      const { failed, value } = await invoke(sandbox, { do: 'wait', timeoutMs: 1 });
      expect({ failed, value: Object(value).errorType, message: Object(value).errorMessage }).toEqual({
        failed: true,
        value: 'Broken',
        message: 'as asked',
      });
      expect((await invoke(sandbox, { do: 'nothing' }, 'control')).value).toBe('done');
      // A handler that fails by itself shows which came first.
      const own = await invoke(sandbox, { do: 'fail' });
      expect(Object(own.value).errorType).toBe(when === 'instead' ? 'Broken' : 'TypeError');
    }
  });

  it('F17: one line in the embedded metric format per faulted invocation, none for others', async () => {
    const sandbox = await start([{ kind: 'invocation.error', target }]);
    const id = idIn('experimental', dose);
    await sandbox.invoke({ do: 'nothing' }, id);
    await invoke(sandbox, { do: 'nothing' }, 'control');
    expect(emfLines(sandbox)).toEqual([
      {
        _aws: expect.objectContaining({
          CloudWatchMetrics: expect.any(Array),
          Timestamp: expect.any(Number),
        }),
        FunctionName: 'checkout',
        FaultsInjected: 1,
        run: 'run-1',
        group: 'experimental',
        requestId: id,
        fired: { f1: 1 },
      },
    ]);
  });

  it('a share of the experimental group is hit, the same for the same request', async () => {
    const sandbox = await start([{ kind: 'invocation.error', target, rate: 0.5, acceptsDataLoss: true }]);
    const ids = Array.from({ length: 40 }, () => idIn('experimental', dose));
    const once = [];
    const again = [];
    for (const id of ids) once.push((await sandbox.invoke({ do: 'nothing' }, id)).failed);
    for (const id of ids) again.push((await sandbox.invoke({ do: 'nothing' }, id)).failed);
    expect(again).toEqual(once);
    expect(once.filter(Boolean).length).toBeGreaterThan(5);
    expect(once.filter(Boolean).length).toBeLessThan(35);
  });
});

describe('invocation.latency', () => {
  it('waits before or after the handler, and both add up', async () => {
    const sandbox = await start([
      { kind: 'invocation.latency', target, delay: 150 },
      { kind: 'invocation.latency', target, delay: { min: 150, max: 160 }, when: 'after' },
    ]);
    const { tookMs, value } = await invoke(sandbox, { do: 'nothing' });
    expect(value).toBe('done');
    expect(tookMs).toBeGreaterThanOrEqual(299);
    expect(emfLines(sandbox)).toMatchObject([{ fired: { f1: 1, f2: 1 } }]);
  });

  it('is cut so that the answer still arrives, unless it is to run into the timeout', async () => {
    const fault = { kind: 'invocation.latency', target, delay: 60_000 } as const;
    const cut = await start([fault], 1500);
    expect(await invoke(cut, { do: 'nothing' })).toMatchObject({ failed: false, value: 'done' });
    const full = await start([{ ...fault, untilTimeout: true }], 1500);
    expect((await invoke(full, { do: 'nothing' })).value).toEqual({ errorType: 'Sandbox.Timedout' });
  });

  it('ends with the dose: at expiresAt without any store', async () => {
    const sandbox = await start([{ kind: 'invocation.latency', target, delay: 60_000 }], 10_000, {
      expiresAt: Date.now() + 2000,
    });
    expect(await invoke(sandbox, { do: 'nothing' })).toMatchObject({ failed: false, value: 'done' });
    const lines = emfLines(sandbox).length;
    await invoke(sandbox, { do: 'nothing' });
    expect(emfLines(sandbox)).toHaveLength(lines);
  });
});

describe('the built layer', () => {
  const files = (): string[] => readdirSync(join(built.opt, 'inoculate'));
  const textOf = (name: string): string => readFileSync(join(built.opt, 'inoculate', name), 'utf8');

  it('F11: holds no AWS SDK, and what every cold start loads is a few kilobytes without network code', () => {
    for (const name of files()) expect(textOf(name)).not.toMatch(/@aws-sdk|@smithy|aws-sdk-js/);
    const loaded = ['handler.mjs'];
    for (const name of loaded) {
      const imports = [...textOf(name).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(
        ([, file]) => file ?? '',
      );
      loaded.push(...imports.filter((file) => !loaded.includes(file)));
    }
    expect(
      loaded.reduce((sum, name) => sum + statSync(join(built.opt, 'inoculate', name)).size, 0),
    ).toBeLessThan(12_000);
    for (const name of loaded) expect(textOf(name)).not.toMatch(/node:(https?|crypto|net|tls|async_hooks)"/);
  });

  it('is far below the size that its zip may have', () => {
    const bytes = files().reduce(
      (sum, name) => sum + deflateRawSync(readFileSync(join(built.opt, 'inoculate', name))).length,
      0,
    );
    expect(bytes).toBeLessThan(150_000);
  });
});
