import { randomUUID } from 'node:crypto';
import type { Dose, InFunctionFault, Telemetry } from '../../src/generated/types.ts';
import { type Directive, signDirective } from '../../src/layer/directive/token.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Outcome, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';
import { eventually, TestStore } from './support/store.ts';

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

const target = 'checkout';
const directiveKey = Buffer.alloc(32, 9).toString('base64url');
// So rare that only a directive can bring them.
const faults: readonly InFunctionFault[] = [
  { kind: 'invocation.error', target, name: 'Injected', rate: 0.000001, acceptsDataLoss: true },
  { kind: 'dependency.error', target, host: '127.0.0.1', status: 503, rate: 0.000001 },
];
const doseWith = (changes: Partial<Dose> = {}): Dose =>
  doseOf(faults, { directiveKey, exposure: 0, ...changes });

function tokenFor(dose: Dose, asked: readonly string[], changes: Partial<Directive> = {}): string {
  const { runId, function: functionName } = dose;
  const nonce = randomUUID();
  return signDirective(
    { runId, functionName, faults: asked, expiresAt: Date.now() + 20_000, nonce, ...changes },
    directiveKey,
  );
}

/** A request by API Gateway, to whose fields the test function keeps. */
const request = (what: object, token?: string): object => ({
  ...what,
  version: '2.0',
  requestContext: { http: { method: 'POST' }, domainName: 'a.execute-api.eu-west-1.amazonaws.com' },
  headers: { host: 'a', ...(token === undefined ? {} : { 'X-Inoculate-Directive': token }) },
});
const nothing = { do: 'nothing' };
const errorOf = ({ value }: Outcome): unknown => Object(value).errorType;

function start(node: NodeVersion, env: Record<string, string> = store.env()): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/calls.any', node, env });
}

/** With a dose in effect, as a directive shows that brings its fault. */
async function underDose(node: NodeVersion, dose: Dose): Promise<Sandbox> {
  const sandbox = await start(node);
  await store.putDose(dose);
  await eventually(
    () => sandbox.invoke(request(nothing, tokenFor(dose, ['f1']))),
    (outcome) => errorOf(outcome) === 'Injected',
    () => sandbox.output.slice(-2000),
  );
  return sandbox;
}

async function report(satisfies: (telemetry: Telemetry) => boolean): Promise<Telemetry> {
  const [telemetry] = await eventually(
    () => store.telemetry(),
    ([one]) => one !== undefined && satisfies(one),
  );
  if (telemetry === undefined) throw new Error('no report');
  return telemetry;
}

const emfLines = (sandbox: Sandbox): { fired: unknown; group: string; requestId: string }[] =>
  sandbox.output
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line));

describe.each(nodeVersions)('a directed request under %s', (node) => {
  it('gets exactly the faults that it names, at any rate, and belongs to neither group', async () => {
    const dose = doseWith({ exposure: 0.5 });
    const sandbox = await underDose(node, dose);
    const call = { do: 'viaHttp', url: dependency.url };
    const before = await report(({ directed = 0 }) => directed > 0);

    // One of each group: a directive is above both.
    for (const group of ['experimental', 'control'] as const) {
      const first = await sandbox.invoke(request(call, tokenFor(dose, ['f1'])), idIn(group, dose));
      expect(errorOf(first)).toBe('Injected');
      const second = await sandbox.invoke(request(call, tokenFor(dose, ['f2'])), idIn(group, dose));
      expect(second).toMatchObject({ failed: false, value: { answers: [{ status: 503 }] } });
      const both = await sandbox.invoke(request(call, tokenFor(dose, [])), idIn(group, dose));
      expect(errorOf(both)).toBe('Injected');
    }
    expect(dependency.seen).toHaveLength(0);

    // And one of each group that does not ask: it fares as it always did.
    for (const group of ['experimental', 'control'] as const) {
      const plain = await sandbox.invoke(request(call), idIn(group, dose));
      expect(plain).toMatchObject({ failed: false, value: { answers: [{ status: 200 }] } });
    }
    const after = await report(({ groups }) => groups.experimental.finished + groups.control.finished >= 2);
    expect(after.directed).toBe((before.directed ?? 0) + 6);
    expect(after.fired).toEqual({ f1: (before.fired['f1'] ?? 0) + 4, f2: 2 });
    expect([after.groups.experimental.started, after.groups.control.started]).toEqual([1, 1]);
    expect(
      emfLines(sandbox)
        .slice(-6)
        .map(({ group, fired }) => ({ group, fired })),
    ).toEqual(
      [{ f1: 1 }, { f2: 1 }, { f1: 1 }, { f1: 1 }, { f2: 1 }, { f1: 1 }].map((fired) => ({
        group: 'directed',
        fired,
      })),
    );
  });

  it('is read from messages, from direct invocations, and never from what a garbage one carries', async () => {
    const dose = doseWith();
    const sandbox = await underDose(node, dose);
    const message = (token?: string): object => ({
      eventSource: 'aws:sqs',
      body: '{}',
      messageAttributes:
        token === undefined ? {} : { InoculateDirective: { stringValue: token, dataType: 'String' } },
    });
    const token = (): string => tokenFor(dose, ['f1']);
    const one = await sandbox.invoke({ do: 'nothing', Records: [message(token())] });
    const several = await sandbox.invoke({ do: 'nothing', Records: [message(token()), message(token())] });
    const notified = await sandbox.invoke({
      do: 'nothing',
      Records: [
        {
          EventSource: 'aws:sns',
          Sns: { MessageAttributes: { InoculateDirective: { Type: 'String', Value: token() } } },
        },
      ],
    });
    const direct = await sandbox.invoke(nothing, randomUUID(), {
      Custom: { 'x-inoculate-directive': token() },
    });
    for (const outcome of [one, several, notified, direct]) expect(errorOf(outcome)).toBe('Injected');

    const mixed = await sandbox.invoke({ do: 'nothing', Records: [message(token()), message()] });
    expect(mixed.value).toBe('done');
    const garbage = ['', '.', 'inoculate1.', `${token()}A`, 'x'.repeat(5_000), 'é', '\u0000'.repeat(40)];
    for (const text of garbage) {
      expect((await sandbox.invoke(request(nothing, text))).value).toBe('done');
      const context = { Custom: { 'x-inoculate-directive': text }, custom: null };
      expect((await sandbox.invoke(nothing, randomUUID(), context)).value).toBe('done');
    }
    const { skipped } = await report(
      (one) => (one.skipped['directive-unsigned'] ?? 0) === 2 * garbage.length,
    );
    expect(skipped).toMatchObject({ 'wrong-source': 1 });
    expect(sandbox.output).not.toContain('[inoculate]');
  });

  it('is ignored, and counted, where it is unsigned, expired, foreign or repeated', async () => {
    const dose = doseWith();
    const sandbox = await underDose(node, dose);
    const used = tokenFor(dose, ['f1']);
    expect(errorOf(await sandbox.invoke(request(nothing, used)))).toBe('Injected');
    const ignored = [
      `${tokenFor(dose, ['f1']).slice(0, -1)}_`,
      tokenFor(dose, ['f1'], { expiresAt: Date.now() - 1 }),
      tokenFor(dose, ['f1'], { expiresAt: Date.now() + 40_000 }),
      tokenFor(dose, ['f1'], { runId: 'run-2' }),
      tokenFor(dose, ['f1'], { functionName: 'orders' }),
      tokenFor(dose, ['f3']),
      used,
    ];
    for (const token of ignored) {
      expect((await sandbox.invoke(request(nothing, token))).value).toBe('done');
    }
    const counted = {
      'directive-unsigned': 1,
      'directive-expired': 2,
      'directive-foreign': 3,
      'directive-repeated': 1,
    };
    const { skipped } = await report((one) => one.skipped['directive-repeated'] !== undefined);
    expect(skipped).toEqual(counted);
  });

  it('gets nothing once the dose is cleared, or is not known to be in place any more', async () => {
    const dose = doseWith();
    const sandbox = await underDose(node, dose);
    const ask = (): Promise<Outcome> => sandbox.invoke(request(nothing, tokenFor(dose, ['f1'])));
    await store.clearDose();
    await eventually(ask, ({ value }) => value === 'done');
    await store.putDose({ ...dose, epoch: 2 });
    await eventually(ask, (outcome) => errorOf(outcome) === 'Injected');
    store.mood = 'hangs';
    await eventually(ask, ({ value }) => value === 'done');
    for (let more = 0; more < 3; more += 1) expect((await ask()).value).toBe('done');
  });

  it('gets nothing from the moment on at which the faults expire by themselves', async () => {
    const sandbox = await start(node);
    const dose = doseWith({ expiresAt: Date.now() + 4_000 });
    await store.putDose(dose);
    const ask = async (): Promise<{ at: number; outcome: Outcome }> => {
      const at = Date.now();
      return { at, outcome: await sandbox.invoke(request(nothing, tokenFor(dose, ['f1']))) };
    };
    await eventually(ask, ({ outcome }) => errorOf(outcome) === 'Injected');
    const asked = [];
    do asked.push(await ask());
    while (Date.now() < dose.expiresAt + 300);
    expect(asked.some(({ outcome }) => errorOf(outcome) === 'Injected')).toBe(true);
    const late = asked.filter(({ at }) => at >= dose.expiresAt);
    expect(late.length).toBeGreaterThan(0);
    expect(late.filter(({ outcome }) => errorOf(outcome) === 'Injected')).toEqual([]);
  });
});

it('is read under a dose of the environment, too, and not where that has no key', async () => {
  const dose = doseWith();
  const { directiveKey: _none, ...without } = doseWith({ exposure: 0.1 });
  const [withKey, withoutKey] = await Promise.all(
    [dose, without].map((one) => start('node24', { INOCULATE_DOSE: JSON.stringify(one) })),
  );
  expect(errorOf(await withKey!.invoke(request(nothing, tokenFor(dose, ['f1']))))).toBe('Injected');
  expect((await withoutKey!.invoke(request(nothing, tokenFor(dose, ['f1'])))).value).toBe('done');
});

it('meets no fault whose budget is used up, or whose conditions its event does not meet', async () => {
  const dose = doseOf(
    [
      { kind: 'invocation.error', target, name: 'Once', rate: 0.000001, budget: 1 },
      { kind: 'invocation.error', target, name: 'Matching', match: [{ path: 'headers.vip', exists: true }] },
    ],
    { directiveKey, exposure: 0 },
  );
  const sandbox = await start('node24', { INOCULATE_DOSE: JSON.stringify(dose) });
  const ask = async (asked: readonly string[], headers: object = {}): Promise<unknown> => {
    const { headers: more, ...event } = Object(request(nothing, tokenFor(dose, asked)));
    return errorOf(await sandbox.invoke({ ...event, headers: { ...more, ...headers } }));
  };
  expect(await ask(['f2'])).toBeUndefined();
  expect(await ask(['f2'], { vip: 'yes' })).toBe('Matching');
  expect(await ask(['f1'])).toBe('Once');
  expect(await ask(['f1'])).toBeUndefined();
  expect(await ask([], { vip: 'yes' })).toBe('Matching');
});

it('is its own request only, where several are under way at once in one process', async () => {
  const dose = doseWith();
  const env = {
    INOCULATE_DOSE: JSON.stringify(dose),
    AWS_LAMBDA_MAX_CONCURRENCY: '4',
    AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
  };
  const sandbox = await start('node24', env);
  const call = { do: 'viaHttp', url: dependency.url };
  const outcomes = await Promise.all(
    ['', 'f2', '', 'f2', '', '', 'f2', ''].map((asked) =>
      sandbox.invoke(request(call, asked === '' ? undefined : tokenFor(dose, [asked]))),
    ),
  );
  const statuses = outcomes.map(({ value }) => Object(value).answers?.[0]?.status);
  expect(statuses).toEqual([200, 503, 200, 503, 200, 200, 503, 200]);
});
