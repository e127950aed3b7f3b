import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { sampleOf, sampledKinds } from './support/samples.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { eventually, TestStore } from './support/store.ts';

/** What went wrong inside functions in other tools, and must hold here: docs/LAYER.md tells of each. */
const lessons: Readonly<Record<string, string>> = {
  F1: 'off, on, off in one sandbox leaves nothing',
  F2: 'nothing is read on the path of an invocation while no dose is active',
  F3: 'reads are per sandbox, not per invocation',
  F4: 'off within a second, or at expiresAt',
  F5: 'blocking covers open sockets and addresses',
  F6: 'the wrapper keeps the kind, arity and marks of the handler',
  F7: 'streaming is as ever when off, and safe when on',
  F8: 'faults know the event source, and lose no data unasked',
  F9: 'before, after and instead of the handler are explicit',
  F10: 'shares down to one in a million',
  F11: 'no SDK in the start of the layer',
  F12: 'interception is proved against the real SDK and fetch',
  F13: 'faults are injected below the retries of the SDK',
  F14: 'an exec wrapper that was there is chained',
  F15: 'fast handlers of warm sandboxes are hit, and a layer without permission says so',
  F16: 'calls to AWS are hit by service, operation and resource',
  F17: 'every injected fault is counted where it happened',
  F18: 'the handler is called',
};

/** The titles of the tests that run AWS's own runtime client. */
function titlesUnderTheRuntimeClient(): string[] {
  const folder = import.meta.dirname;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter((text) => text.includes("'./support/sandbox.ts'") || text.includes('Sandboxes'))
    .flatMap((text) => [...text.matchAll(/\b(?:it|describe)(?:\.each\([^]*?\))?\(\s*(['"`])([^]*?)\1/g)])
    .map(([, , title = '']) => title);
}

it.each(Object.entries(lessons))('row %s (%s) is the name of a test under the real runtime client', (row) => {
  const named = titlesUnderTheRuntimeClient().filter((title) => new RegExp(`\\b${row}\\b`).test(title));
  expect(named).not.toEqual([]);
});

let built: Built;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
afterEach(() => sandboxes.stop());
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);

function start(node: NodeVersion, env: Record<string, string>, isAttached = true): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, handler: 'esm/sandbox.any', node, env, ...(isAttached ? { opt } : {}) });
}

const failing: InFunctionFault = { kind: 'invocation.error', target, name: 'Injected' };

async function modulesOf(sandbox: Sandbox): Promise<string[]> {
  return Object((await sandbox.invoke({ do: 'modules' })).value) as string[];
}

describe.each(nodeVersions)('under %s', (node) => {
  it('F10: a rate of one in a million is taken, and hits nobody of two hundred', async () => {
    const env = { INOCULATE_DOSE: JSON.stringify(doseOf([{ ...failing, rate: 0.000001 }])) };
    const sandbox = await start(node, env);
    for (let count = 0; count < 200; count += 1) {
      const { failed } = await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
      expect(failed).toBe(false);
    }
    expect(sandbox.output).toBe('');
  });

  it('F11: the start of the layer loads no part of Node that a function without it would not load', async () => {
    const env = { INOCULATE_TABLE: 'functions', INOCULATE_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' };
    const without = new Set(await modulesOf(await start(node, env, false)));
    const added = (await modulesOf(await start(node, env))).filter((name) => !without.has(name));
    expect(added).toEqual([]);
  });

  it('F15: fast handlers in a warm sandbox are hit every time, and every time is counted', async () => {
    const store = await TestStore.start();
    try {
      await store.putDose(doseOf([failing], { stalenessMs: 60_000 }));
      const sandbox = await start(node, store.env());
      const invoked = (): Promise<boolean> =>
        sandbox
          .invoke({ do: 'nothing' }, idIn('experimental', dose))
          .then(({ value }) => Object(value).errorType === 'Injected');
      await eventually(invoked, (isHit) => isHit);
      for (let count = 1; count < 50; count += 1) expect(await invoked()).toBe(true);
      await store.clearDose();
      await eventually(
        () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
        ([report]) => report?.fired['f1'] === 50 && report.groups.experimental.finished === 50,
      );
    } finally {
      await store.stop();
    }
  });

  it('F15: without permission nothing is injected, and the log says why', async () => {
    const store = await TestStore.start();
    try {
      await store.putDose(doseOf([failing]));
      store.mood = 'denies';
      const sandbox = await start(node, store.env());
      await eventually(
        () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)),
        ({ failed }) => {
          expect(failed).toBe(false);
          return /no fault is injected: .*AccessDeniedException/.test(sandbox.output);
        },
      );
    } finally {
      await store.stop();
    }
  });

  it.each(sampledKinds)(
    'F18: with %s the handler of the control group is called, once, with its event',
    async (kind) => {
      const env = { INOCULATE_DOSE: JSON.stringify(doseOf([sampleOf(kind)])) };
      const sandbox = await start(node, env);
      for (const invocations of [1, 2]) {
        const { value } = await sandbox.invoke({ do: 'life', more: 'x' }, idIn('control', dose));
        expect(value).toMatchObject({ invocations, event: { do: 'life', more: 'x' } });
      }
    },
  );

  it('F18: what delays, takes up or fails calls still calls the handler of the experimental group, once', async () => {
    const faults: InFunctionFault[] = [
      { kind: 'invocation.latency', target, delay: 1 },
      { kind: 'dependency.error', target, host: 'nowhere.example.com', status: 503 },
      { kind: 'sandbox.memory', target, bytes: 1024 * 1024 },
      { kind: 'sandbox.cpu', target, load: 0.1 },
    ];
    const sandbox = await start(node, { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) });
    for (const invocations of [1, 2, 3]) {
      const { value } = await sandbox.invoke({ do: 'life' }, idIn('experimental', dose));
      expect(value).toMatchObject({ invocations, event: { do: 'life' } });
    }
  });
});
