import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { GetRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetFunctionCommand, InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readWorkloadFile } from '../../src/cli/input/read-file.ts';
import type { Run } from '../../src/core/run.ts';
import type { Workload } from '../../src/generated/types.ts';
import { dependencyTrouble } from '../../src/layer/aws/trouble.ts';
import type { InvocationResult } from '../../src/local/types.ts';
import { runWorkload } from '../../src/local/workload.ts';
import { listen } from '../examples/shop/servers.ts';
import { expectLeastPrivilege } from './controller/least-privilege.ts';
import { type Deployed, deployed, submission } from './controller/support.ts';
import { deploy } from './harness/deploy.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { until } from './harness/until.ts';

const shop = path.resolve(import.meta.dirname, '../../examples/shop');
const name = 'dynamodb-throttled';

/** The experiment as its file has it. */
function experiment(): Readonly<Record<string, unknown>> {
  const text = readFileSync(path.join(shop, `experiments/${name}.yml`), 'utf8');
  return parse(text) as Readonly<Record<string, unknown>>;
}

function workloadFile(): Workload {
  const read = readWorkloadFile(path.join(shop, 'workload.yml'), { stage: 'test', dependencyTrouble });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.workload;
}

describeWithEmulator('the shop, deployed beside the controller', () => {
  let aws: Deployed;
  let payments: ChildProcess;
  let args: readonly string[];
  let before: unknown;

  beforeAll(async () => {
    const free = await listen(createServer());
    await free.close();
    const { port } = new URL(free.url);
    payments = spawn(process.execPath, [path.join(shop, 'payments.ts')], {
      env: { PATH: process.env['PATH'], PAYMENTS_PORT: port },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (payments.stdout !== null) await once(payments.stdout, 'data');
    args = ['--param', `paymentsUrl=http://localhost:${port}`];
    aws = await deployed({ target: { dir: path.join(shop, 'hardened'), args } });
    expect(await aws.invoke('shop-test-seed', {})).toEqual({ products: 9, priceRules: 2 });
  }, 300_000);

  afterAll(async () => {
    await aws?.emulator.stop();
    payments?.kill('SIGTERM');
  });

  /** Everything that the API tells of the shop's functions, and the policies of their roles. */
  async function description(): Promise<readonly unknown[]> {
    const { iam, lambda } = aws.clients;
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const names = Functions.map(({ FunctionName = '' }) => FunctionName).filter((of) =>
      of.startsWith('shop-'),
    );
    const functions = names.sort().map(async (FunctionName) => {
      const { Configuration, Concurrency, Tags } = await lambda.send(
        new GetFunctionCommand({ FunctionName }),
      );
      const RoleName = Configuration?.Role?.split('/').at(-1);
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const policies = PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return { PolicyName, document: decodeURIComponent(PolicyDocument) };
      });
      return { Configuration, Concurrency, Tags, policies: await Promise.all(policies) };
    });
    return Promise.all(functions);
  }

  /** Sends customers' orders, as the API would, for as long as something takes; it begins when the shop is warm. */
  async function amidOrders<Result>(something: () => Promise<Result>): Promise<Result> {
    const ended = new AbortController();
    let answersInRow = 0;
    const invoke = async (key: string, event: unknown): Promise<InvocationResult> => {
      const sent = await aws.clients.lambda.send(
        new InvokeCommand({ FunctionName: `shop-test-${key}`, Payload: JSON.stringify(event) }),
      );
      const payload: unknown = JSON.parse(Buffer.from(sent.Payload ?? []).toString());
      const facts = { requestId: '', durationMs: 0, coldStart: false };
      const ok = sent.FunctionError === undefined;
      answersInRow = ok ? answersInRow + 1 : 0;
      if (ok) return { ...facts, ok, payload };
      return { ...facts, ok, reason: 'function', errorType: sent.FunctionError ?? '', errorMessage: '' };
    };
    const orders = runWorkload(workloadFile(), { seed: 1, dir: shop, signal: ended.signal, invoke });
    try {
      await until(() => answersInRow >= 40, 60_000);
      return await something();
    } finally {
      ended.abort();
      await orders;
    }
  }

  /** Starts the experiment, and waits for its end. */
  async function run(): Promise<Run> {
    const started = await aws.start(name);
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    return aws.reached(started.run, 'ended');
  }

  it('holds after its game days while reads of its products are throttled, and is as it was', async () => {
    before = await description();
    // Less long than in its file: 72 exposed orders without a failure are enough to hold.
    const shorter = submission({ ...experiment(), duration: '25s' });
    expect(await aws.request(shorter)).toMatchObject({ registrations: [{ result: 'new' }] });
    const ended = await amidOrders(run);
    expect(ended.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'held' } });
    expect(ended.measuring.fired['f1']).toBeGreaterThan(0);
    expect(ended.units.map(({ state }) => ('how' in state ? state.how : state.at))).toEqual(['restored']);
    expect(await description()).toEqual(before);
  }, 240_000);

  it('lets the role of its targets touch nothing of the controller but their own keys', async () => {
    const documents = JSON.stringify(before);
    expect(documents).toContain('dose#shop-test-checkout');
    const keys = new Set(documents.match(/(dose|telemetry)#[\w-]+/g));
    const own = ['checkout', 'pricing'].flatMap((key) => [
      `dose#shop-test-${key}`,
      `telemetry#shop-test-${key}`,
    ]);
    expect([...keys].sort()).toEqual(own.sort());
    const asked = aws.emulator.recorder
      .calls({ principal: 'shop-test-checkout' })
      .filter(({ input }) => input['TableName'] === 'inoculate-test-functions')
      .map(({ action, input }) => {
        const item = (input['Key'] ?? input['Item']) as { readonly pk: { readonly S: string } };
        return `${action} ${item.pk.S}`;
      });
    expect([...new Set(asked)].sort()).toEqual([
      'GetItem dose#shop-test-checkout',
      'PutItem telemetry#shop-test-checkout',
    ]);
  });

  it('as first written deviates, and is relieved before the planned time', async () => {
    await deploy(aws.emulator, path.join(shop, 'naive'), { args });
    before = await description();
    await aws.request(submission(experiment()));
    const ended = await amidOrders(run);
    expect(ended.outcome).toMatchObject({
      result: 'aborted',
      reason: { code: 'deviation' },
      verdict: { verdict: 'deviated' },
    });
    expect(ended.endedAt).toBeLessThan(ended.injection?.endsAt ?? 0);
    expect(await description()).toEqual(before);
  }, 240_000);

  it('needed no call that the roles of the controller deny', async () => {
    await expectLeastPrivilege(aws.emulator);
  });
});
