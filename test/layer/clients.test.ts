import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';

let built: Built;
let dependency: LocalServer;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  dependency = await startDependency();
});
afterEach(async () => {
  await sandboxes.stop();
  await dependency.stop();
});
afterAll(() => built.remove());

const target = 'checkout';
const host = '127.0.0.1';
const dose = doseOf([]);
const real = { status: 200, body: '"real"' };
const modelled = { status: 503, body: 'out of order' };
/** What a client makes of a failure; an interceptor that retries gives up with an error of its own. */
const failure = (how: string): unknown => (how === 'composed' ? { error: 'UND_ERR_REQ_RETRY' } : modelled);
const failing: InFunctionFault = {
  kind: 'dependency.error',
  target,
  host,
  status: 503,
  body: 'out of order',
};

function start(faults: readonly InFunctionFault[], node: NodeVersion, format = 'esm'): Promise<Sandbox> {
  return sandboxes.start({
    task: built.task,
    opt: built.opt,
    handler: `${format}/clients.call`,
    node,
    env: { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) },
  });
}

async function met(
  sandbox: Sandbox,
  group: 'experimental' | 'control',
  event: object,
): Promise<{ answers: unknown[]; tookMs: number }> {
  const { value } = await sandbox.invoke({ url: dependency.url, ...event }, idIn(group, dose));
  return value as { answers: unknown[]; tookMs: number };
}

const copies = ['own', 'other'];
const ofUndici = ['pool', 'client', 'agent', 'fetch', 'stream', 'composed'];
const undici = copies.flatMap((copy) => ofUndici.map((how) => ({ how, copy })));
const others = [
  'axios-http',
  'axios-fetch',
  'agent-base',
  'own-agent',
  'bare-agent',
  'no-agent',
  'create-connection',
  'create-connection-later',
  'create-connection-of-agent',
].map((how) => ({ how, copy: 'no' }));

describe.each(nodeVersions)('F12: clients with a way of their own, under %s', (node) => {
  describe.each(['esm', 'cjs'])('bundled to %s', (format) => {
    it.each([...undici, { how: 'global', copy: 'own' }, ...others])(
      '$how ($copy copy): first met under a fault, warm under a fault, and as before without one',
      async (way) => {
        const sandbox = await start([failing], node, format);
        const cold = await met(sandbox, 'experimental', way);
        expect(cold.answers).toEqual([failure(way.how)]);
        expect(dependency.seen).toEqual([]);
        const body = way.how === 'composed' ? {} : { body: 'order' };
        const before = await met(sandbox, 'control', { ...way, ...body, many: 3 });
        expect(before.answers).toEqual(Array(3).fill(real));
        const warm = await met(sandbox, 'experimental', { ...way, ...body, many: 3 });
        expect(warm.answers).toEqual(Array(3).fill(failure(way.how)));
        const after = await met(sandbox, 'control', { ...way, ...body, many: 3 });
        expect(after.answers).toEqual(Array(3).fill(real));
        expect(dependency.seen).toHaveLength(6);
      },
    );
  });

  it.each([...undici, ...others])(
    '$how ($copy copy): a slow host gives its real answer later',
    async (way) => {
      const sandbox = await start([{ kind: 'dependency.latency', target, host, delay: 150 }], node);
      for (const many of [1, 2]) {
        const { answers, tookMs } = await met(sandbox, 'experimental', { ...way, many });
        expect(answers).toEqual(Array(many).fill(real));
        expect(tookMs).toBeGreaterThanOrEqual(149);
      }
      const { answers } = await met(sandbox, 'control', way);
      expect(answers).toEqual([real]);
    },
  );

  it('a limit: the first call of another copy of undici is left alone where its error has to wait', async () => {
    const slow: InFunctionFault = { kind: 'dependency.latency', target, host, delay: 20 };
    const sandbox = await start([slow, failing], node);
    const way = { how: 'pool', copy: 'other' };
    expect((await met(sandbox, 'experimental', way)).answers).toEqual([real]);
    expect(sandbox.output).toContain('the first call of a copy of undici was left alone');
    expect((await met(sandbox, 'experimental', way)).answers).toEqual([modelled]);
    expect(dependency.seen).toHaveLength(1);
  });

  it('composed: the retries of an interceptor are calls of their own', async () => {
    const sandbox = await start([{ ...failing, only: [1] }], node);
    const { answers } = await met(sandbox, 'experimental', { how: 'composed', copy: 'other' });
    expect(answers).toEqual([real]);
    expect(dependency.seen).toHaveLength(1);
  });
});
