// What an invocation met under the layer, in AWS's runtime client, is repeated in a test by salt and request id alone.
import type { InFunctionFault } from '../../src/generated/types.ts';
import { groupOf } from '../../src/layer/group.ts';
import { type Journal, type TestFault, wrap } from '../../src/testing/index.ts';
import { any } from './functions/calls.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf } from './support/doses.ts';
import { nodeVersions, type Outcome, Sandboxes } from './support/sandbox.ts';
import { type LocalServer, startDependency } from './support/server.ts';

let built: Built;
let dependency: LocalServer;
const sandboxes = new Sandboxes();
// As the runtime client gives them to the function.
const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const before = { ...process.env };
beforeAll(async () => {
  Object.assign(process.env, environment);
  built = await buildAll();
  dependency = await startDependency();
});
afterAll(async () => {
  await sandboxes.stop();
  await dependency.stop();
  built.remove();
  for (const name of Object.keys(environment)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

const target = 'checkout';
const host = '127.0.0.1';
/** As in the dose, and as in the file that it was made of. */
const dosed: readonly InFunctionFault[] = [
  { kind: 'dependency.latency', target, host, delay: { min: 1, max: 20 }, rate: 0.4 },
  { kind: 'dependency.error', target, host, status: 503, body: 'busy', rate: 0.5 },
  { kind: 'dependency.error', target, service: 'dynamodb', error: 'ThrottlingException', rate: 0.6 },
  { kind: 'invocation.error', target, name: 'Lost', when: 'after', rate: 0.2 },
  { kind: 'invocation.corrupt', target, path: 'answers[1].body', with: 'truncate', rate: 0.5 },
];
const authored: readonly TestFault[] = [
  { kind: 'dependency.latency', host, delay: { min: '1ms', max: '20ms' }, rate: '40%' },
  { kind: 'dependency.error', host, status: 503, body: 'busy', rate: '50%' },
  { kind: 'dependency.error', service: 'dynamodb', error: 'ThrottlingException', rate: '60%' },
  { kind: 'invocation.error', name: 'Lost', when: 'after', rate: '20%' },
  { kind: 'invocation.corrupt', path: 'answers[1].body', with: 'truncate', rate: '50%' },
];

/** What the layer says of each faulted invocation: how often each fault fired, by request. */
function firedIn(output: string): Map<string, Record<string, number>> {
  const lines = output.split('\n').filter((text) => text.startsWith('{"_aws"'));
  return new Map(
    lines.map((line) => {
      const { requestId, fired } = JSON.parse(line) as { requestId: string; fired: Record<string, number> };
      return [requestId, fired];
    }),
  );
}

function firedBy({ injected }: Journal): Record<string, number> {
  const fired: Record<string, number> = {};
  for (const { fault } of injected) fired[fault] = (fired[fault] ?? 0) + 1;
  return fired;
}

/** Without what depends on the time. */
function told({ failed, value }: Pick<Outcome, 'failed' | 'value'>): unknown {
  if (failed) return { failed: (value as { errorType: string }).errorType };
  const { tookMs, ...rest } = value as { tookMs: number };
  return { ...rest, took: typeof tookMs };
}

describe.each(nodeVersions)(
  'the library for tests, with the salt of a run and a request id of it (%s)',
  (node) => {
    it('injects exactly what the layer did', async () => {
      const dose = doseOf(dosed);
      const sandbox = await sandboxes.start({
        task: built.task,
        opt: built.opt,
        handler: 'esm/calls.any',
        node,
        env: { INOCULATE_DOSE: JSON.stringify(dose) },
      });
      const events = [
        { do: 'viaHttp', url: `${dependency.url}/prices`, many: 6 },
        { do: 'viaFetch', url: `${dependency.url}/prices`, many: 6 },
        { do: 'dynamodb', endpoint: dependency.url, maxAttempts: 2 },
      ];
      // Always the same, so that what they meet is, too.
      const ids = Array.from({ length: 100 }, (_, index) => `request-${index}`).filter(
        (id) => groupOf(dose.salt, id, dose.exposure) === 'experimental',
      );
      const met = [];
      for (let turn = 0; turn < 12; turn += 1) {
        const id = ids[turn] ?? '';
        const event = events[turn % events.length] ?? events[0];
        met.push({ id, event, outcome: told(await sandbox.invoke(event, id)) });
      }
      await sandbox.stop();
      const fired = firedIn(sandbox.output);
      const seen = new Set<string>();
      for (const { id, event, outcome } of met) {
        const repeated = wrap(any, { faults: authored, like: { salt: dose.salt, requestId: id } });
        const again = await repeated(event as never).then(
          (value) => ({ failed: false, value }),
          (error: unknown) => ({ failed: true, value: { errorType: (error as Error).name } }),
        );
        expect({ id, outcome: told(again), fired: firedBy(repeated.journal) }).toEqual({
          id,
          outcome,
          fired: fired.get(id) ?? {},
        });
        for (const fault of Object.keys(fired.get(id) ?? {})) seen.add(fault);
      }
      expect([...seen].sort()).toEqual(['f1', 'f2', 'f3', 'f4', 'f5']);
    });
  },
);
