import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  PutFunctionRecursionConfigCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Deployed, deployed, experimentFile, traffic } from './controller/support.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { until } from './harness/until.ts';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
const checkout = 'target-test-checkout';

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describeWithEmulator('the command line against the deployed controller', () => {
  let aws: Deployed;
  let folder: string;
  let going: ReturnType<typeof traffic>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inoculate-cli-'));
    aws = await deployed();
    going = traffic(aws.invoke, checkout);
  }, 300_000);

  afterAll(async () => {
    await going?.stop();
    await aws?.emulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function begin(...argv: readonly string[]): {
    readonly ended: Promise<Result>;
    readonly out: () => string;
    interrupt(): void;
  } {
    const child = spawn(process.execPath, [main, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', ...aws.emulator.env('cli') },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const ended = new Promise<Result>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, out, err }));
    });
    return { ended, out: () => out, interrupt: () => void child.kill('SIGINT') };
  }

  const cli = (...argv: readonly string[]): Promise<Result> => begin(...argv, '--stage', 'test').ended;

  async function file(
    change: Readonly<Record<string, unknown>> & { readonly name: string },
  ): Promise<string> {
    const path = join(folder, `${change.name}.yml`);
    await writeFile(path, JSON.stringify(experimentFile(change), null, 2));
    return path;
  }

  it('registers, starts, watches to the end and shows', async () => {
    const path = await file({ name: 'whole', duration: '8s' });
    expect(await cli('register', path)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^whole {2}new, version 1; started by: on request only\n1 experiment registered/,
      ),
    });
    const [again, listed] = await Promise.all([cli('register', path), cli('list')]);
    expect(again.out).toContain('whole  unchanged, version 1');
    expect(listed.out).toMatch(/whole {2}version 1[^]*never run/);
    const started = await cli('start', 'whole', '--by', 'Ada');
    expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/^whole\.manual\.[0-9a-f]{12}\n/) });
    const id = started.out.split('\n')[0] ?? '';
    const { code, out, err } = await cli('watch', id);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/observing: [^]*reverting: [^]*ended: [^]*\nHeld: .+\nEvery change was taken back/);
    const [shown, after] = await Promise.all([
      cli('show', 'whole', '--html', 'report.html', '--md', 'report.md'),
      cli('list'),
    ]);
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^${id}\nHeld: `)) });
    expect(after.out).toContain(`latest run: ${id}`);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('Held');
    expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('**Held');
  }, 120_000);

  it('aborts a run, and tells what is in place', async () => {
    await cli('register', await file({ name: 'aborted', duration: '5m' }));
    const id = (await cli('start', 'aborted')).out.split('\n')[0] ?? '';
    await aws.reached(id, 'observing');
    expect(await cli('status')).toMatchObject({
      out: expect.stringMatching(/kill switch is off[^]*1 run is under way[^]*observing[^]*in place: /),
    });
    const watching = begin('watch', id, '--stage', 'test');
    await until(() => watching.out().includes('observing: '), 30_000);
    watching.interrupt();
    expect(await watching.ended).toMatchObject({
      code: 130,
      out: expect.stringContaining(`The run goes on. To end it: inoculate abort ${id} --stage test`),
    });
    expect((await aws.runOf(id)).phase).toBe('observing');
    const { code, out } = await cli('abort', 'aborted', '--by', 'Ada');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${id} is aborted by Ada.`),
    });
    expect(await cli('watch', id)).toMatchObject({ code: 4, out: expect.stringContaining('stopped by Ada') });
    expect((await cli('status')).out).toContain('no run is under way');
  }, 120_000);

  it('runs a file: registers it, starts it, aborts it on Ctrl-C, and writes the report', async () => {
    const path = await file({ name: 'interrupted', duration: '5m' });
    const run = begin('run', path, '--stage', 'test', '--by', 'Ada');
    await until(() => run.out().includes('observing: '), 60_000);
    run.interrupt();
    const { code, out } = await run.ended;
    expect(out).toMatch(/stopping: [^]*report: .+report\.html\n$/);
    expect(code).toBe(4);
    expect(await readFile(join(folder, '.inoculate/interrupted/report.md'), 'utf8')).toContain(
      'stopped by Ada',
    );
  }, 120_000);

  it('refuses a start while the kill switch is on, with the reason', async () => {
    expect(await cli('kill-switch', 'on')).toMatchObject({ code: 0, out: expect.stringContaining('is on') });
    expect(await cli('start', 'whole')).toMatchObject({
      code: 3,
      out: expect.stringContaining('refused: The kill switch is on'),
    });
    expect(await cli('kill-switch', 'off')).toMatchObject({
      code: 0,
      out: expect.stringContaining('is off'),
    });
  }, 60_000);

  it('tells what the controller refuses at its place in the file', async () => {
    aws.emulator.recorder.rule({
      principal: 'inoculate-test-requests',
      action: 'CreateSchedule',
      do: {
        kind: 'answer',
        status: 400,
        errorCode: 'ValidationException',
        message: 'Invalid Schedule Expression',
      },
    });
    const path = await file({
      name: 'wrong-cron',
      schedule: { cron: '0 10 ? * 2 *', timezone: 'Europe/Berlin' },
    });
    const { code, err } = await cli('register', path);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /wrong-cron\.yml:\d+:\d+ error {2}.*does not take this schedule: Invalid Schedule/,
      ),
    });
  }, 60_000);

  describe('doctor', () => {
    const wrongOf = async (path: string): Promise<readonly string[]> => {
      const { out, err } = await cli('doctor', path, '--json');
      expect(err).toBe('');
      const { findings } = JSON.parse(out) as {
        findings: { check: string; state: string; message: string }[];
      };
      return findings.flatMap(({ check, state, message }) =>
        state === 'ok' || state === 'warning' ? [] : [`${check}: ${message}`],
      );
    };

    it('finds nothing wrong in a deployment that works', async () => {
      const path = await file({ name: 'fine' });
      const { code, out, err } = await cli('doctor', path);
      expect({ code, out, err }).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining('Nothing is wrong.'),
      });
    }, 60_000);

    it("names exactly the action that is missing in a target's role", async () => {
      const { lambda, iam } = aws.clients;
      const { Role = '' } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: checkout }),
      );
      const RoleName = Role.split('/').at(-1) ?? '';
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const policies = await Promise.all(
        PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
      );
      const before = policies.find(({ PolicyDocument = '' }) =>
        decodeURIComponent(PolicyDocument).includes('dynamodb:PutItem'),
      );
      if (before?.PolicyName === undefined) throw new Error(`No policy of ${RoleName} has dynamodb:PutItem`);
      const { PolicyName } = before;
      const whole = decodeURIComponent(before.PolicyDocument ?? '');
      const put = (PolicyDocument: string): Promise<unknown> =>
        iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
      await put(whole.replaceAll('dynamodb:PutItem', 'dynamodb:DescribeTable'));
      try {
        expect(await wrongOf(await file({ name: 'fine' }))).toEqual([
          `target checkout: role ${RoleName}: dynamodb:PutItem on arn:aws:dynamodb:eu-central-1:123456789012:table/inoculate-test-functions with dynamodb:LeadingKeys telemetry#${checkout} is missing`,
        ]);
      } finally {
        await put(whole);
      }
    }, 90_000);

    it('names a missing tag, a missing layer, another table, a disabled sweep and a broken loop', async () => {
      const { lambda, eventBridge } = aws.clients;
      const { Configuration, Tags } = await lambda.send(new GetFunctionCommand({ FunctionName: checkout }));
      const { FunctionArn = '', Layers = [], Environment } = Configuration ?? {};
      const sweep = { Name: 'inoculate-test-sweep' };
      const tick = { FunctionName: 'inoculate-test-tick' };
      await lambda.send(new UntagResourceCommand({ Resource: FunctionArn, TagKeys: ['inoculate'] }));
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: checkout,
          Layers: [],
          Environment: { Variables: { ...Environment?.Variables, INOCULATE_TABLE: 'other' } },
        }),
      );
      await eventBridge.send(new DisableRuleCommand(sweep));
      await lambda.send(new PutFunctionRecursionConfigCommand({ ...tick, RecursiveLoop: 'Terminate' }));
      try {
        expect(await wrongOf(await file({ name: 'fine' }))).toEqual([
          'tick loop: Lambda stops ticks after some rounds, as a recursive loop',
          'sweep: its rule is disabled: the third way out is closed',
          `target checkout: ${checkout} does not carry the opt-in tag inoculate: allow`,
          `target checkout: ${checkout} runs without Inoculate's layer`,
          `target checkout: ${checkout} reads its doses from other, and this controller writes them to inoculate-test-functions`,
        ]);
      } finally {
        await lambda.send(new TagResourceCommand({ Resource: FunctionArn, Tags: Tags ?? {} }));
        await lambda.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: checkout,
            Layers: Layers.flatMap(({ Arn }) => Arn ?? []),
            Environment: { Variables: Environment?.Variables ?? {} },
          }),
        );
        await eventBridge.send(new EnableRuleCommand(sweep));
        await lambda.send(new PutFunctionRecursionConfigCommand({ ...tick, RecursiveLoop: 'Allow' }));
      }
    }, 90_000);

    it('goes on where one thing cannot be looked at, and says so', async () => {
      aws.emulator.recorder.rule({
        principal: 'cli',
        action: 'DescribeEventBus',
        do: {
          kind: 'answer',
          status: 400,
          errorCode: 'AccessDeniedException',
          message: 'User: ada is not authorized to perform: events:DescribeEventBus',
        },
      });
      expect(await wrongOf(await file({ name: 'fine' }))).toEqual([
        'bus: could not be looked at: ada may not events:DescribeEventBus',
      ]);
    }, 60_000);
  });

  it('says so where there is no controller', async () => {
    expect(await begin('status', '--stage', 'elsewhere').ended).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /No controller of stage elsewhere in eu-central-1[^]*serverless deploy --stage elsewhere/,
      ),
    });
  }, 60_000);
});
