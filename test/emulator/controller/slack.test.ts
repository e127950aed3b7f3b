import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { prove } from '../../../src/cli/aws/prove.ts';
import type { Run } from '../../../src/core/run.ts';
import { type ButtonAction, encodeButton } from '../../../src/notifiers/slack/buttons.ts';
import { FakeSlack } from '../../support/slack/fake-slack.ts';
import { buttonForm, commandForm, slackHeaders } from '../../support/slack/signed.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, submission, traffic } from './support.ts';

const secret = 'the signing secret of a test';
const [ada, eve] = ['U0ADA', 'U0EVE'];
const approvalMs = 60_000;

describeWithEmulator('Slack and the deployed controller', () => {
  let aws: Deployed;
  let slack: FakeSlack;
  let address = '';

  beforeAll(async () => {
    slack = await FakeSlack.start();
    slack.workspace.addUserGroup('S0OPS', [ada]);
    aws = await deployed({
      args: ['--param', `slackApi=${slack.baseUrl}`],
      guardrails: {
        approval: { required: true, expiresAfterMs: approvalMs, fourEyes: false },
        permissions: {
          view: 'anyone',
          start: [{ slackGroup: 'S0OPS' }],
          stop: 'anyone',
          approve: [{ slackGroup: 'S0OPS' }, { aws: 'arn:aws:*' }],
        },
      },
    });
    const ssm = new SSMClient({
      endpoint: aws.emulator.endpoint,
      region: aws.emulator.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    for (const [Name, Value] of [
      ['bot-token', slack.token],
      ['signing-secret', secret],
    ] as const)
      await ssm.send(
        new PutParameterCommand({ Name: `/inoculate/test/slack/${Name}`, Value, Type: 'SecureString' }),
      );
    ssm.destroy();
    address = await functionUrl();
    await aws.request(submission(experimentFile({ name: 'asked', duration: '5m' })));
  }, 300_000);

  afterAll(async () => {
    await slack?.close();
    await aws?.emulator.stop();
  });

  /** The emulator serves every function's address below its own. */
  async function functionUrl(): Promise<string> {
    const { Stacks } = await aws.clients.cloudFormation.send(
      new DescribeStacksCommand({ StackName: 'inoculate-test' }),
    );
    const url = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'SlackUrl')?.OutputValue ?? '';
    const id = /^https:\/\/([^.]+)\.lambda-url\./.exec(url)?.[1];
    if (id === undefined) throw new Error(`This is no address of a function: ${url}`);
    return `${aws.emulator.endpoint}/_aws/lambda-url/${id}/`;
  }

  /** What Slack sends, over HTTP. */
  const post = (body: string, headers = slackHeaders(body, secret, Date.now())): Promise<Response> =>
    fetch(address, { method: 'POST', headers, body });

  /** Sends it, and waits for the answer that the work gives later. */
  async function answered(body: (responseUrl: string) => string): Promise<string> {
    const url = slack.responseUrl();
    expect((await post(body(url))).status).toBe(200);
    await until(() => Promise.resolve(slack.responsesTo(url).length > 0), 60_000);
    return String(slack.responsesTo(url)[0]?.['text']);
  }

  const command = (text: string, user = ada): Promise<string> =>
    answered((url) =>
      commandForm({ command: '/inoculate', text, user_id: user, user_name: user, response_url: url }),
    );

  const press = (action: ButtonAction, run: Run, user = ada, seq = run.seq): Promise<string> => {
    const subject = { run: run.id };
    const button = encodeButton({ action, subject, seq, generation: run.killSwitchGeneration });
    return answered((url) =>
      buttonForm({
        user: { id: user, name: user, team_id: 'T1' },
        response_url: url,
        actions: [{ type: 'button', block_id: 'b', action_ts: '1', ...button }],
      }),
    );
  };

  async function waiting(): Promise<Run> {
    const started = await aws.start('asked');
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    return aws.reached(started.run, 'awaiting-approval');
  }

  it('takes nothing that Slack has not signed, and nothing twice', async () => {
    const body = commandForm({ text: 'help', response_url: slack.responseUrl() });
    const now = Date.now();
    expect((await post(body, slackHeaders(body, 'another', now))).status).toBe(401);
    expect((await post(body, slackHeaders(body, secret, now - 6 * 60_000))).status).toBe(401);
    expect((await post(body, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(401);
    const headers = slackHeaders(body, secret, now);
    const first = await post(body, headers);
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({ response_type: 'ephemeral', text: 'On it …' });
    expect((await post(body, headers)).status).toBe(401);
  }, 60_000);

  it('answers commands: help, list, status, next, and what a typo meant', async () => {
    expect(await command('help', eve)).toContain('/inoculate approve RUN');
    expect(await command('list', eve)).toContain('*asked*, version 1');
    expect(await command('statsu', eve)).toContain('Did you mean `status`?');
    expect(await command('status', eve)).toContain('The kill switch is off.');
    expect(await command('next', eve)).toContain('Nothing is scheduled');
    expect(await command('start asked', eve)).toContain('may not start runs');
  }, 120_000);

  it('starts a run, approves it by a button, and aborts it by another', async () => {
    const going = traffic(aws.invoke, 'target-test-checkout');
    expect(await command('start asked')).toMatch(/U0ADA.* started `asked\.manual\./);
    const status = await aws.request({ inoculate: 'status/1' });
    const id = status.result === 'status' ? (status.runs[0]?.id ?? '') : '';
    const asked = await aws.reached(id, 'awaiting-approval');
    expect(asked.requestedBy).toBe('U0ADA (slack T1DC2JH3J/U0ADA)');

    // Somebody who may not, and somebody who saw the run before it waited.
    expect(await press('approve', asked, eve)).toContain(
      'Refused: U0EVE (slack T1/U0EVE) may not approve runs',
    );
    expect(await press('approve', asked, ada, asked.seq - 1)).toContain(
      'The run was changed after this was shown',
    );
    expect((await aws.runOf(id)).phase).toBe('awaiting-approval');

    expect(await press('approve', asked)).toContain('approved `asked.manual.');
    expect(await press('approve', asked)).toContain('Refused: It is');
    const run = await aws.reached(id, 'observing');
    expect(run.approval?.by).toBe('U0ADA (slack T1/U0ADA)');

    // Anyone may stop.
    expect(await press('abort', run, eve)).toContain('aborted `asked.manual.');
    expect((await aws.reached(id, 'ended')).outcome).toMatchObject({
      result: 'aborted',
      reason: { code: 'person', by: 'U0EVE (slack T1/U0EVE)' },
    });
    await going.stop();
  }, 240_000);

  it('approves nothing after the time for that is over', async () => {
    const run = await waiting();
    for (const name of ['tick', 'sweep']) aws.emulator.pause(`inoculate-test-${name}`);
    await until(() => Promise.resolve(Date.now() > run.phaseSince + approvalMs), 2 * approvalMs);
    expect(await press('approve', run)).toContain('The time in which it could be approved is over');
    for (const name of ['tick', 'sweep']) aws.emulator.resume(`inoculate-test-${name}`);
    expect(await press('decline', run)).toMatch(/declined|has ended|is over/);
  }, 240_000);

  it('puts a run off, and declines it', async () => {
    const run = await waiting();
    expect(await press('postpone', run)).toMatch(/U0ADA.* put `asked\.manual\..* off to/);
    const later = await aws.runOf(run.id);
    expect(later.startAt).toBeGreaterThanOrEqual(run.startAt + 3_600_000);
    // What was shown before is not what would be approved now.
    expect(await press('approve', run)).toContain('The run was changed after this was shown');
    expect(await press('decline', later, eve)).toContain('declined');
    expect((await aws.runOf(run.id)).outcome).toMatchObject({ code: 'not-approved' });
  }, 120_000);

  it('throws the kill switch for anyone, and releases it only for those who may approve', async () => {
    expect(await command('kill-switch on', eve)).toContain('threw the kill switch');
    expect(await command('kill-switch off', eve)).toContain('may not approve runs');
    expect(await command('kill-switch off')).toContain('released the kill switch');
  }, 120_000);

  it('approves at the command line whoever proves who they are, by a signature that is good for nothing else', async () => {
    const run = await waiting();
    const { region, accountId: account, endpoint } = aws.emulator;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const decision = {
      run: run.id,
      decision: 'approve' as const,
      seq: run.seq,
      generation: run.killSwitchGeneration,
      startAt: null,
    };
    const proof = await prove(
      {
        credentials: () => Promise.resolve(credentials),
        partition: 'aws',
        variables: { AWS_ENDPOINT_URL: endpoint },
      },
      { ...decision, stage: 'test', account, region },
    );
    const approve = (change: object): Promise<unknown> =>
      aws.invoke('inoculate-test-approve', { inoculate: 'approve/1', ...decision, proof, ...change });
    const foreign = { ...proof, authorization: proof.authorization.replace(`/${region}/`, '/us-west-2/') };
    expect(await approve({ proof: foreign })).toMatchObject({ result: 'unproved' });
    expect(await approve({})).toMatchObject({ result: 'approved', run: run.id });
    expect((await aws.runOf(run.id)).approval?.by).toContain(account);
    await aws.invoke('inoculate-test-stop', { inoculate: 'abort/1', run: run.id, by: 'a test' });
    await aws.reached(run.id, 'ended');
  }, 180_000);

  it('sent Slack nothing that Slack would refuse', () => {
    expect(slack.refusals()).toEqual([]);
  });

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator, 'slack');
  });
});
