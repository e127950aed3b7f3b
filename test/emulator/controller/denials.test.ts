import {
  CreateRoleCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { judge } from '../../support/iam/least-privilege.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Deployed, deployed, experimentFile, submission, traffic } from './support.ts';

const inoculate = 'allow';
const Tags = [{ Key: 'inoculate', Value: inoculate }];
const bucketPolicy =
  '{"Version":"2012-10-17", "Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::denied-images/*"}]}';

describeWithEmulator('denials by the deployed controller', () => {
  let aws: Deployed;
  let going: ReturnType<typeof traffic>;
  let QueueUrl = '';
  let TopicArn = '';

  beforeAll(async () => {
    aws = await deployed({ args: ['--param', 'rolePolicies=true'] });
    const { iam, lambda, s3, sns, sqs } = aws.clients;
    ({ QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'denied-orders', tags: { inoculate } }),
    ));
    ({ TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'denied-paid', Tags })));
    const Bucket = 'denied-images';
    await s3.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: Tags } }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy }));
    const Principal = { Service: 'lambda.amazonaws.com' };
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
    };
    const RoleName = 'denied-pricing';
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust), Tags }),
    );
    const own = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: own }));
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'target-test-pricing', Role: Role?.Arn }),
    );
    going = traffic(aws.invoke, 'target-test-checkout');
  }, 300_000);

  afterAll(async () => {
    await going?.stop();
    await aws?.emulator.stop();
  });

  /** All policies that the faults touch. */
  async function policies(): Promise<Readonly<Record<string, unknown>>> {
    const { iam, s3, sns, sqs } = aws.clients;
    const RoleName = 'denied-pricing';
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const documents = await Promise.all(
      PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return decodeURIComponent(PolicyDocument);
      }),
    );
    const queue = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    return {
      queue: queue.Attributes?.['Policy'] ?? null,
      topic: (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.['Policy'],
      bucket: (await s3.send(new GetBucketPolicyCommand({ Bucket: 'denied-images' }))).Policy,
      role: documents,
    };
  }

  it('are in place during the run, and gone without a trace after it', async () => {
    const before = await policies();
    expect(before).toMatchObject({ queue: null, bucket: bucketPolicy });
    const name = 'denied';
    const experiment = experimentFile({
      name,
      targets: {
        checkout: { lambda: 'target-${stage}-checkout' },
        pricing: { lambda: 'target-${stage}-pricing' },
        orders: { queue: 'denied-orders' },
        paid: { topic: 'denied-paid' },
        images: { bucket: 'denied-images' },
      },
      faults: [
        { kind: 'invocation.latency', target: 'checkout', delay: '20ms' },
        { kind: 'sqs.deny', target: 'orders', acceptsDataLoss: true },
        { kind: 'sns.deny', target: 'paid', roles: ['publisher'], acceptsDataLoss: true },
        { kind: 's3.deny', target: 'images', prefix: 'thumbnails/' },
        { kind: 'lambda.dependency-denied', target: 'pricing', actions: ['dynamodb:GetItem'] },
      ],
      duration: '20s',
    });
    expect(await aws.request(submission(experiment))).toMatchObject({ registrations: [{ result: 'new' }] });
    const started = await aws.start(name);
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    const running = await aws.reached(started.run, 'observing', 'reverting', 'ended');
    expect([running.phase, running.abort]).toEqual(['observing', null]);
    const during = await policies();
    for (const part of ['queue', 'topic', 'bucket', 'role'])
      expect(JSON.stringify(during[part])).toMatch(/Inoculate[0-9a-f]*1.*Deny/);
    expect(during['bucket']).toContain('arn:aws:s3:::denied-images/thumbnails/*');

    await aws.reached(started.run, 'reverting', 'recovering', 'ended');
    const run = await aws.reached(started.run, 'recovering', 'ended');
    expect(await policies()).toEqual(before);
    expect(run.units.map(({ state }) => ('how' in state ? state.how : state.at))).toEqual(
      Array(5).fill('restored'),
    );
    expect((await aws.reached(started.run, 'ended')).outcome).toMatchObject({ result: 'completed' });
  }, 300_000);

  it('needed no call that the deployed roles deny', () => {
    const { emulator } = aws;
    const world = {
      partition: 'aws',
      region: emulator.region,
      account: emulator.accountId,
      tagsOf: (arn: string) => (/denied-|target-test-/.test(arn) ? { inoculate } : {}),
    };
    const settings = { rolePolicies: true, allowed: { buckets: ['denied-images'] } };
    const { denied, used } = judge(emulator.recorder.history(), { stage: 'test', world, settings });
    expect(denied).toEqual([]);
    expect([...used]).toEqual(
      expect.arrayContaining([
        'tick sqs:SetQueueAttributes',
        'tick sns:SetTopicAttributes',
        'tick s3:PutBucketPolicy',
        'tick lambda:InvokeFunction',
        'role-policy iam:PutRolePolicy',
        'role-policy iam:DeleteRolePolicy',
      ]),
    );
  });
});
