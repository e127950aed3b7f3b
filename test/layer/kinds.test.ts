import { mkdirSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type Sandbox, type SandboxOptions } from './support/sandbox.ts';

let built: Built;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
afterEach(() => sandboxes.stop());
afterAll(() => built.remove());

function start(handler: string, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return sandboxes.start({ task: built.task, opt: built.opt, handler, ...options });
}

/** A dose that delays nothing anybody could notice, so that the whole path of an enrolled invocation runs. */
const harmless = doseOf([{ kind: 'invocation.latency', target: 'checkout', delay: 1 }]);
const idle = { INOCULATE_TABLE: 'functions', INOCULATE_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' };
const dosed = { INOCULATE_DOSE: JSON.stringify(harmless) };

describe.each(nodeVersions)('a handler keeps its kind under %s', (node) => {
  describe.each([
    ['idle', idle],
    ['with an active dose', dosed],
  ])('%s', (_name, env) => {
    it.each(['esm/kinds.plain', 'cjs/kinds.plain'])(
      '%s answers as ever and sees its own name',
      async (handler) => {
        const sandbox = await start(handler, { node, env });
        const id = idIn('experimental', harmless);
        const { failed, value } = await sandbox.invoke({ a: 1 }, id);
        expect(value).toMatchObject({ event: { a: 1 }, requestId: id, handler, own: null });
        expect(failed).toBe(false);
      },
    );

    it('nested exports are found (handler paths, ESM and CommonJS)', async () => {
      for (const handler of ['esm/kinds.shop.cart.add', 'cjs/kinds.shop.cart.add']) {
        const sandbox = await start(handler, { node, env });
        expect((await sandbox.invoke(7)).value).toEqual({ added: 7 });
      }
    });

    it('F6, F7: a streaming handler keeps its marker and streams', async () => {
      const sandbox = await start('esm/kinds.streamed', { node, env });
      const { value, headers } = await sandbox.invoke({ b: 2 }, idIn('experimental', harmless));
      expect(value).toBe('one two {"b":2}');
      expect(headers['lambda-runtime-function-response-mode']).toBe('streaming');
    });

    it('a synchronous handler and a failing one answer as ever', async () => {
      const sync = await start('cjs/kinds.sync', { node, env });
      expect((await sync.invoke('x', idIn('experimental', harmless))).value).toEqual({ event: 'x' });
      const failing = await start('esm/kinds.fails', { node, env });
      const { failed, value } = await failing.invoke({}, idIn('control', harmless));
      expect(failed).toBe(true);
      expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'of its own' });
    });
  });

  it('F6: the arity of a callback handler is kept, so that a runtime without callbacks refuses it as ever', async () => {
    const withLayer = await start('cjs/kinds.threeArguments', { node, env: idle });
    const without = await sandboxes.start({ task: built.task, handler: 'cjs/kinds.threeArguments', node });
    await Promise.all([withLayer.exited, without.exited]);
    expect(withLayer.initError).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
    expect(errorOf(withLayer)).toEqual(errorOf(without));
  });

  it.each([
    ['a module that is not there', 'absent.handler', undefined],
    ['an export that is not there', 'esm/kinds.absent', undefined],
    ['an export that is no function', 'esm/kinds.shop', undefined],
    ['a name without a dot', 'esm/kinds', undefined],
    ['a name with two dots', '../kinds.plain', undefined],
    ['a syntax error', 'broken/syntax.handler', 'export const handler = ;'],
    [
      'an error of its own',
      'broken/throws.handler',
      'throw new EvalError("at load"); export const handler = 1;',
    ],
    ['a missing import', 'broken/imports.handler', "import './nowhere.mjs'; export const handler = 1;"],
    ['a missing require', 'broken/requires.handler', "require('./nowhere.cjs');"],
  ])('%s fails to load exactly as without the layer', async (_what, handler, source) => {
    if (source !== undefined) {
      mkdirSync(join(built.task, 'broken'), { recursive: true });
      const extension = source.startsWith('require') ? '.cjs' : '.mjs';
      writeFileSync(join(built.task, handler.replace('.handler', extension)), source);
    }
    const withLayer = await start(handler, { node, env: idle });
    const without = await sandboxes.start({ task: built.task, handler, node });
    await Promise.all([withLayer.exited, without.exited]);
    expect(errorOf(without)).toBeDefined();
    expect(errorOf(withLayer)).toEqual(errorOf(without));
  });
});

describe('the wrapper', () => {
  it('F14, L6: starts the wrapper that was configured before it', async () => {
    const chained = join(built.task, 'other-wrapper');
    writeFileSync(chained, '#!/bin/sh\nexport CHAINED="$#"\nexec "$@"\n');
    chmodSync(chained, 0o755);
    const env = { ...idle, INOCULATE_EXEC_WRAPPER: chained };
    const sandbox = await start('esm/kinds.plain', { env });
    expect((await sandbox.invoke({})).value).toMatchObject({ chained: '3', handler: 'esm/kinds.plain' });
  });

  it('leaves the function as it is where nothing is configured', async () => {
    const sandbox = await start('esm/kinds.plain');
    expect((await sandbox.invoke({})).value).toMatchObject({ handler: 'esm/kinds.plain' });
    expect(sandbox.output).toBe('');
  });
});

function errorOf(sandbox: Sandbox): unknown {
  const { errorType, errorMessage } = Object(sandbox.initError);
  return { errorType, errorMessage };
}
