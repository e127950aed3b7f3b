import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Dose, InFunctionFault, Telemetry } from '../../src/generated/types.ts';
import { groupOf } from '../../src/layer/group.ts';
import { unitHash } from '../../src/layer/hash.ts';
import { lambdaEvent } from '../support/lambda-events.ts';
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
const failing = { kind: 'invocation.error', target, name: 'Injected' } as const;
const together = { AWS_LAMBDA_MAX_CONCURRENCY: '8', AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' };

function start(env: Record<string, string>, node: NodeVersion = 'node24'): Promise<Sandbox> {
  return sandboxes.start({ task: built.task, opt: built.opt, handler: 'esm/calls.any', node, env });
}

/** A sandbox that has its dose from the beginning, and reports nothing. */
function underFixed(
  faults: readonly InFunctionFault[],
  changes: Partial<Dose> = {},
  node?: NodeVersion,
  env = {},
): Promise<Sandbox> {
  return start({ INOCULATE_DOSE: JSON.stringify(doseOf(faults, changes)), ...env }, node);
}

/** A sandbox that reads its dose from the store and reports there; the dose is in effect. */
async function underStored(
  faults: readonly InFunctionFault[],
  changes: Partial<Dose> = {},
): Promise<Sandbox> {
  const sandbox = await start(store.env());
  await store.putDose(doseOf(faults, changes));
  await eventually(
    () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
    (reports) => reports.length > 0,
    () => sandbox.output,
  );
  return sandbox;
}

const dose = doseOf([]);
const isFaulted = ({ value }: Outcome): boolean => Object(value).errorType === 'Injected';

async function faulted(sandbox: Sandbox, event: object, id = idIn('experimental', dose)): Promise<boolean> {
  return isFaulted(await sandbox.invoke({ do: 'nothing', ...event }, id));
}

function reported(satisfies: (report: Telemetry) => boolean): Promise<Telemetry> {
  return eventually(
    async () => (await store.telemetry())[0],
    (report): report is Telemetry => report !== undefined && satisfies(report),
    () => 'in the report',
  ) as Promise<Telemetry>;
}

const started = ({ groups }: Telemetry): number => groups.experimental.started + groups.control.started;

describe.each(nodeVersions)('enrolment under %s', (node) => {
  it('takes in who matches a fault, and lets each fault act only where its own conditions hold', async () => {
    const big = { ...failing, match: [{ path: 'body.amount', atLeast: 100 }] };
    const canary = { ...failing, name: 'Canary', match: [{ path: 'headers.x-canary', equals: 'yes' }] };
    const sandbox = await underFixed([canary, big], {}, node);
    const meets = async (event: object): Promise<unknown> =>
      Object((await sandbox.invoke({ do: 'nothing', ...event }, idIn('experimental', dose))).value).errorType;
    expect(await meets({ body: '{"amount":100}' })).toBe('Injected');
    expect(await meets({ headers: { 'X-Canary': 'yes' } })).toBe('Canary');
    expect(await meets({ headers: { 'x-canary': 'yes' }, body: '{"amount":500}' })).toBe('Canary');
    expect(await meets({ body: '{"amount":99}', headers: { 'x-canary': 'no' } })).toBeUndefined();
    expect(await meets({})).toBeUndefined();
    expect(await faulted(sandbox, { body: '{"amount":100}' }, idIn('control', dose))).toBe(false);
  });

  it('is by the value that it sticks by, alike in every invocation and for every request id', async () => {
    const sandbox = await underFixed([{ ...failing, stickyBy: 'body.user' }], {}, node);
    const faultedUsers = new Map<string, boolean[]>();
    for (let user = 0; user < 12; user += 1) {
      const body = JSON.stringify({ user: `u-${user}` });
      const seen = [];
      for (let times = 0; times < 3; times += 1) seen.push(await faulted(sandbox, { body }, randomUUID()));
      faultedUsers.set(`u-${user}`, seen);
    }
    for (const [user, seen] of faultedUsers) {
      const expected = idInGroupOf(user);
      expect([user, seen]).toEqual([user, [expected, expected, expected]]);
    }
    // Some are in each group: or the test could not fail.
    expect(new Set([...faultedUsers.values()].map(([first]) => first)).size).toBe(2);
    expect(await faulted(sandbox, { body: '{}' })).toBe(false);
  });

  it('F8: what would lose an asynchronous event is left out, unless that is accepted by name', async () => {
    const sandbox = await underFixed([failing], {}, node);
    for (const source of ['sns', 's3', 'eventbridge', 'kinesis', 'dynamodb-stream']) {
      expect([source, await faulted(sandbox, Object(lambdaEvent(source)))]).toEqual([source, false]);
    }
    for (const source of ['sqs', 'api-gateway-v2', 'function-url', 'alb', 'api-gateway-v1']) {
      expect([source, await faulted(sandbox, Object(lambdaEvent(source)))]).toEqual([source, true]);
    }
    const again = JSON.parse(JSON.stringify(lambdaEvent('sqs')));
    again.Records[1].attributes.ApproximateReceiveCount = '2';
    expect(await faulted(sandbox, again)).toBe(false);

    const accepted = await underFixed([{ ...failing, acceptsDataLoss: true }], {}, node);
    for (const source of ['sns', 'kinesis']) {
      expect(await faulted(accepted, Object(lambdaEvent(source)))).toBe(true);
    }
    expect(await faulted(accepted, again)).toBe(true);
  });

  it('F8: a retry of an invocation that this sandbox has seen is left alone', async () => {
    const sandbox = await underFixed([failing], {}, node);
    const id = idIn('experimental', dose);
    expect(await faulted(sandbox, {}, id)).toBe(true);
    expect(await faulted(sandbox, {}, id)).toBe(false);
    expect(await faulted(sandbox, {})).toBe(true);
  });
});

/** Whether a user is in the experimental group, by the same rule as request ids. */
function idInGroupOf(user: string): boolean {
  return groupOf(dose.salt, user, dose.exposure) === 'experimental';
}

describe('F10: shares down to one in a million', () => {
  const exposure = 0.000001;
  // The first of request-0, request-1, … whose places are 6.4e-7 and 0.99999975.
  const [exposed, control] = ['request-260958', 'request-468998'];

  it('are drawn: who is within a millionth gets the fault', async () => {
    const sandbox = await underFixed([failing], { exposure });
    expect(await faulted(sandbox, {}, exposed)).toBe(true);
    expect(await faulted(sandbox, {}, control)).toBe(false);
    expect(await faulted(sandbox, {}, 'request-1')).toBe(false);
    expect([exposed, control, 'request-1'].map((id) => groupOf('salt-0001', id, exposure))).toEqual([
      'experimental',
      'control',
      'bystander',
    ]);
    expect(groupOf('salt-0001', exposed, 0.0000006)).toBe('bystander');
  });

  it('can be met: the hash has 2^32 places, and no coarser ones', () => {
    const ids = 100_000;
    const places = new Set(Array.from({ length: ids }, (_, n) => unitHash(`salt-0001:request-${n}`)));
    // Of 2^32 places about one is taken twice; of ten million, about five hundred would be.
    expect(places.size).toBeGreaterThan(ids - 20);
    expect([...places].every((place) => Number.isInteger(place * 2 ** 32))).toBe(true);
  });
});

/** How often a fault was injected, by the sandbox's log. */
function injections(sandbox: Sandbox, fault: string): number {
  return sandbox.output
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"') && line.endsWith('}'))
    .map((line): number => JSON.parse(line).fired[fault] ?? 0)
    .reduce((all, one) => all + one, 0);
}

describe('a budget', () => {
  it('is never exceeded, however many invocations run at once', async () => {
    const slow: InFunctionFault = { kind: 'invocation.latency', target, delay: 50, budget: 3 };
    const sandbox = await underFixed([{ ...failing, budget: 5 }, slow], {}, 'node24', together);
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => faulted(sandbox, {})));
    expect(outcomes.filter(Boolean).length).toBe(5);
    // What the sandbox wrote arrives in its own time.
    const delays = await eventually(
      () => Promise.resolve(injections(sandbox, 'f2')),
      (count) => count >= 3 && injections(sandbox, 'f1') === 5,
      () => sandbox.output,
    );
    expect(delays).toBe(3);
  });

  it('counts calls one by one', async () => {
    const fault: InFunctionFault = {
      kind: 'dependency.error',
      target,
      host: '127.0.0.1',
      status: 500,
      budget: 4,
    };
    const sandbox = await underFixed([fault]);
    for (const [many, expected] of [
      [3, 3],
      [3, 1],
      [3, 0],
    ] as const) {
      const event = { do: 'viaHttp', url: dependency.url, many };
      const { value } = await sandbox.invoke(event, idIn('experimental', dose));
      const failed = Object(value).answers.filter(({ status }: { status: number }) => status === 500);
      expect(failed.length).toBe(expected);
    }
  });

  it('is of the run: the same dose once more, after none, grants nothing anew, and what it kept back is counted', async () => {
    const limited = { ...failing, budget: 2 };
    const sandbox = await underStored([limited]);
    expect([await faulted(sandbox, {}), await faulted(sandbox, {}), await faulted(sandbox, {})]).toEqual([
      true,
      true,
      false,
    ]);
    await store.clearDose();
    await eventually(
      () => sandbox.invoke({ do: 'untouched' }, idIn('control', dose)).then(() => store.telemetry()),
      (reports) => (reports[0]?.skipped['budget'] ?? 0) === 1,
    );
    await store.putDose(doseOf([limited]));
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose)).then(() => store.telemetry()),
      (reports) => reports.length === 2 && reports.every(({ skipped }) => (skipped['budget'] ?? 0) > 0),
    );
    const fired = (await store.telemetry()).map((report) => report.fired['f1'] ?? 0);
    expect(fired.sort()).toEqual([0, 2]);
  });
});

describe('the local breaker', () => {
  it('stops injecting at once after too many failures, tells so at once, and leaves the groups as they are', async () => {
    const sandbox = await underStored([failing], { breaker: { failures: 2 } });
    const outcomes = [];
    for (let n = 0; n < 6; n += 1) outcomes.push(await faulted(sandbox, {}));
    expect(outcomes).toEqual([true, true, true, false, false, false]);
    const { groups, fired, skipped } = await reported((report) => report.groups.experimental.finished === 6);
    expect({ fired, skipped }).toEqual({ fired: { f1: 3 }, skipped: { breaker: 3 } });
    expect(groups.experimental).toMatchObject({ started: 6, finished: 6, failed: 3 });
    expect(
      sandbox.output.match(/more than 2 invocations of the experimental group have failed/g),
    ).toHaveLength(1);
  });

  it('ends delays that are being waited for', async () => {
    const slow: InFunctionFault = { kind: 'invocation.latency', target, delay: 8_000, untilTimeout: true };
    const sandbox = await underFixed(
      [
        { ...slow, match: [{ path: 'slow', equals: true }] },
        { ...failing, match: [{ path: 'slow', exists: false }] },
      ],
      { breaker: { failures: 0 } },
      'node24',
      together,
    );
    const waiting = sandbox.invoke({ do: 'nothing', slow: true }, idIn('experimental', dose));
    await eventually(
      () => faulted(sandbox, {}, idIn('control', dose)),
      () => true,
    );
    expect(await faulted(sandbox, {})).toBe(true);
    const { failed, tookMs } = await waiting;
    expect(failed).toBe(false);
    expect(tookMs).toBeLessThan(8_000);
  });

  it('does not count failures of the control group', async () => {
    const slow: InFunctionFault = { kind: 'invocation.latency', target, delay: 1 };
    const sandbox = await underStored([slow], { breaker: { failures: 0 } });
    for (let n = 0; n < 3; n += 1) await sandbox.invoke({ do: 'fail' }, idIn('control', dose));
    await sandbox.invoke({ do: 'nothing' }, idIn('experimental', dose));
    const { fired, skipped } = await reported(({ groups }) => groups.experimental.finished === 1);
    expect({ fired, skipped }).toEqual({ fired: { f1: 1 }, skipped: {} });
  });
});

describe('what is reported', () => {
  it('F17: tells who was seen, who matched, and why less was injected than asked for', async () => {
    const canary = { ...failing, match: [{ path: 'canary', equals: true }], stickyBy: 'user' };
    const sandbox = await start(store.env());
    await store.putDose(doseOf([canary]));
    // Nobody is enrolled here, and yet it is known that the layer works.
    await eventually(
      () => sandbox.invoke({ do: 'nothing' }, randomUUID()).then(() => store.telemetry()),
      (reports) => reports.length > 0,
      () => sandbox.output,
    );
    const user = experimentalUser();
    expect(await faulted(sandbox, { canary: true, user }, randomUUID())).toBe(true);
    expect(await faulted(sandbox, { canary: true }, randomUUID())).toBe(false);
    await faulted(sandbox, { canary: true, user }, randomUUID());
    const report = await reported(({ fired }) => fired['f1'] === 2);
    expect(started(report)).toBe(2);
    expect(report.skipped).toEqual({ 'no-sticky-value': 1 });
    expect(report.seen?.matched).toBe(3);
    expect(report.seen?.others).toBeGreaterThan(0);
  });

  it('an invocation that no fault is for never waits for the store', async () => {
    const canary = { ...failing, match: [{ path: 'canary', equals: true }] };
    const sandbox = await underStored([canary, { ...failing, match: [{ path: 'do', equals: 'nothing' }] }]);
    store.mood = 'hangs';
    const { tookMs, value } = await sandbox.invoke({ do: 'untouched' }, idIn('experimental', dose));
    expect(value).toBeDefined();
    expect(tookMs).toBeLessThan(300);
  });
});

function experimentalUser(): string {
  for (let n = 0; n < 1000; n += 1) if (idInGroupOf(`u-${n}`)) return `u-${n}`;
  throw new Error('no user is in the experimental group');
}
