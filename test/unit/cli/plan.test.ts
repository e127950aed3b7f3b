import { join, resolve } from 'node:path';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import type { Plan } from '../../../src/cli/plan/plan.ts';
import { recordingContext } from './support.ts';

const fixtures = resolve(import.meta.dirname, '../../e2e/fixtures');
const service = ['--service', join(fixtures, 'tiny/serverless.yml')];

async function plan(experiment: string, ...options: readonly string[]) {
  const context = recordingContext(fixtures);
  const file = join('experiments', `${experiment}.yml`);
  const code = await runCli({ version: '0', commands }, ['plan', file, ...service, ...options], context);
  return { code, out: context.out(), err: context.err() };
}

async function planned(experiment: string, ...options: readonly string[]): Promise<Plan> {
  return JSON.parse((await plan(experiment, ...options, '--json')).out) as Plan;
}

describe('plan', () => {
  it('says who is exposed, what is changed and undone, what a verdict needs and what ends the run', async () => {
    const { code, out, err } = await plan('retried', '--stage', 'prod');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('read: tiny-prod-read, timeout 6s');
    expect(out).toContain(
      '50 % of the invocations get the fault, as many are the control group, none are left out',
    );
    expect(out).toMatch(/f1: .*GetItem.*tiny-prod-items/);
    expect(out).toMatch(
      /the dose of tiny-prod-read: one item that its layer reads: 1 fault for 50 % of its invocations\n {4}undone: replaced by a tombstone/,
    );
    expect(out).toMatch(/failures at most 10 %: about \d+ enrolled invocations to show that it holds\n/);
    expect(out).toContain('dynamodb:GetItem');
    expect(out).toContain('dose#tiny-prod-read');
  });

  it('says whether the traffic is enough for a verdict', async () => {
    const workload = ['--workload', 'workload-read.yml'];
    expect((await plan('retried', ...workload)).out).toMatch(/to show that it holds; about 240 will come\n/);
    const short = await plan('retried', ...workload, '--duration', '1s');
    expect(short.out).toMatch(/; only about 30 will come: expect "inconclusive" unless it deviates\n/);
    const elsewhere = await plan('retried', '--workload', 'workload-greet.yml');
    expect(elsewhere.out).toMatch(/; only about 0 will come/);
  });

  it('gives the same as JSON', async () => {
    const described = await planned('retried', '--workload', 'workload-read.yml');
    expect(described).toMatchObject({
      name: 'retried',
      groups: { experimental: 0.5, control: 0.5, bystanders: 0 },
      durationMs: 8000,
      targets: [{ name: 'read', function: 'tiny-dev-read', timeoutMs: 6000 }],
      faults: [{ id: 'f1', expectedInvocations: 120 }],
    });
    expect(described.iam.flatMap((statement) => statement.Action)).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
    ]);
  });

  it('says of a control-plane fault what it changes, how that is undone, and what to mind; without any service', async () => {
    const context = recordingContext(fixtures);
    const argv = ['plan', 'experiments/control-plane.yml', '--stage', 'prod'];
    expect(await runCli({ version: '0', commands }, argv, context)).toBe(0);
    const out = context.out();
    expect(out).toContain('orders (table orders-prod)');
    expect(out).toContain('everybody who uses what is changed');
    expect(out).toMatch(
      /orders \(table orders-prod\): table orders is lowered to 1 read units.*\n {4}undone: the earlier throughput is set again/,
    );
    expect(out).toMatch(/mind: Neither DynamoDB nor Application Auto Scaling has a condition/);
    // Rule 10: not every action of FIS rolls back.
    expect(out).toMatch(/mind: May be lost for good: not every FIS action rolls back/);
    expect(out).not.toContain('IAM that the targets need');
  });

  it('ends with 2 where a target, the service or the experiment is not there', async () => {
    const context = recordingContext(fixtures);
    const argv = ['plan', 'experiments/shop-weakest.yml', ...service];
    expect(await runCli({ version: '0', commands }, argv, context)).toBe(2);
    expect(context.err()).toMatch(/Target checkout is function checkout of service shop, which service tiny/);
    expect(context.err()).toMatch(/help: it has greet \(tiny-dev-greet\), /);

    const nowhere = recordingContext(fixtures);
    expect(await runCli({ version: '0', commands }, ['plan', 'experiments/retried.yml'], nowhere)).toBe(2);
    expect(nowhere.err()).toMatch(/There is no file .*serverless\.yml"\n {2}help: name your serverless\.yml/);
    expect((await plan('nothing')).code).toBe(2);
  });
});
