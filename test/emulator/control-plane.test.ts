import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  GetResourcesCommand,
  GetStageCommand,
  GetTagsCommand as GetRestTagsCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  TagResourceCommand as TagRestCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateStageCommand as CreateHttpStageCommand,
  GetStageCommand as GetHttpStageCommand,
  GetTagsCommand as GetHttpTagsCommand,
  UpdateStageCommand as UpdateHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand as ListScalingTagsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateTableCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListTagsForResourceCommand as ListRuleTagsCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  GetHealthCheckCommand,
  ListTagsForResourceCommand as ListHealthTagsCommand,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand as ListTopicTagsCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Clients } from './harness/clients.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';

const tags = { inoculate: 'allow' };
const tagList = [{ Key: 'inoculate', Value: 'allow' }];
const policyOf = (sid: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: sid, Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }],
  });

describeWithEmulator('what control-plane faults change, as the emulator has it', () => {
  let emulator: Emulator;
  let clients: Clients;

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
  });

  afterAll(() => emulator.stop());

  it('changes the provisioned throughput of a table, and describes it', async () => {
    const TableName = 'provisioned';
    const { dynamodb } = clients;
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
        Tags: tagList,
      }),
    );
    const low = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
    await dynamodb.send(new UpdateTableCommand({ TableName, ProvisionedThroughput: low }));
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', ProvisionedThroughput: low });
    const listed = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(listed.Tags).toEqual(tagList);
  });

  it('limits the throughput of an on-demand table, and takes the limit away with -1', async () => {
    const TableName = 'on-demand';
    const { dynamodb } = clients;
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const before = await dynamodb.send(new DescribeTableCommand({ TableName }));
    const limit = { MaxReadRequestUnits: 1, MaxWriteRequestUnits: 1 };
    await dynamodb.send(new UpdateTableCommand({ TableName, OnDemandThroughput: limit }));
    const limited = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(limited.Table?.OnDemandThroughput).toEqual(limit);
    const none = { MaxReadRequestUnits: -1, MaxWriteRequestUnits: -1 };
    await dynamodb.send(new UpdateTableCommand({ TableName, OnDemandThroughput: none }));
    const after = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(after.Table).toEqual(before.Table);
  });

  it('sets and removes the policy of a queue, and its other attributes', async () => {
    const { sqs } = clients;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'target', tags }));
    const read = async (): Promise<Record<string, string>> => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const { LastModifiedTimestamp: _, ...rest } = Attributes;
      return rest;
    };
    const set = (Attributes: Record<string, string>) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const before = await read();
    expect(before).not.toHaveProperty('Policy');
    await set({ Policy: policyOf('deny'), VisibilityTimeout: '7' });
    expect(await read()).toMatchObject({ Policy: policyOf('deny'), VisibilityTimeout: '7' });
    await set({ Policy: '', VisibilityTimeout: before['VisibilityTimeout'] ?? '' });
    expect(await read()).toEqual(before);
    const { Tags } = await sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toEqual(tags);
  });

  it('sets the policy of a topic', async () => {
    const { sns } = clients;
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'target', Tags: tagList }));
    const read = async () =>
      (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.['Policy'];
    const before = await read();
    const set = (AttributeValue: string | undefined) =>
      sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
    await set(policyOf('deny'));
    expect(JSON.parse((await read()) ?? '')).toMatchObject({ Statement: [{ Sid: 'deny' }] });
    await set(before);
    expect(await read()).toBe(before);
    const { Tags } = await sns.send(new ListTopicTagsCommand({ ResourceArn: TopicArn }));
    expect(Tags).toEqual(tagList);
  });

  it('puts and deletes the policy of a bucket', async () => {
    const { s3 } = clients;
    const Bucket = 'inoculate-target';
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList } }));
    const read = new GetBucketPolicyCommand({ Bucket });
    await expect(s3.send(read)).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf('deny') }));
    expect(JSON.parse((await s3.send(read)).Policy ?? '')).toMatchObject({ Statement: [{ Sid: 'deny' }] });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await expect(s3.send(read)).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    expect(TagSet).toEqual(tagList);
    const actions = emulator.recorder.calls({ service: 's3' }).map(({ action }) => action);
    expect(new Set(actions)).toEqual(
      new Set([
        'CreateBucket',
        'PutBucketTagging',
        'GetBucketPolicy',
        'PutBucketPolicy',
        'DeleteBucketPolicy',
        'GetBucketTagging',
      ]),
    );
  });

  it('disables and enables a rule', async () => {
    const { eventBridge } = clients;
    const Name = 'target';
    const { RuleArn } = await eventBridge.send(
      new PutRuleCommand({ Name, EventPattern: '{"source":["x"]}', Tags: tagList }),
    );
    const state = async () => (await eventBridge.send(new DescribeRuleCommand({ Name }))).State;
    await eventBridge.send(new DisableRuleCommand({ Name }));
    expect(await state()).toBe('DISABLED');
    await eventBridge.send(new EnableRuleCommand({ Name }));
    expect(await state()).toBe('ENABLED');
    const { Tags } = await eventBridge.send(new ListRuleTagsCommand({ ResourceARN: RuleArn }));
    expect(Tags).toEqual(tagList);
    const missing = new DisableRuleCommand({ Name: 'missing' });
    await expect(eventBridge.send(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('throttles a stage of a REST API by patch operations, and takes them back', async () => {
    const { apiGateway } = clients;
    const { id: restApiId } = await apiGateway.send(new CreateRestApiCommand({ name: 'target' }));
    const { items = [] } = await apiGateway.send(new GetResourcesCommand({ restApiId }));
    const method = { restApiId, resourceId: items[0]?.id, httpMethod: 'GET' };
    await apiGateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    await apiGateway.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
    const { id: deploymentId } = await apiGateway.send(new CreateDeploymentCommand({ restApiId }));
    const stage = { restApiId, stageName: 'test' };
    await apiGateway.send(new CreateStageCommand({ ...stage, deploymentId, tags }));
    const read = async () => {
      const {
        $metadata: _,
        lastUpdatedDate: __,
        ...rest
      } = await apiGateway.send(new GetStageCommand(stage));
      return rest;
    };
    const patch = (patchOperations: { op: 'replace' | 'remove'; path: string; value?: string }[]) =>
      apiGateway.send(new UpdateStageCommand({ ...stage, patchOperations }));
    const before = await read();
    await patch([
      { op: 'replace', path: '/*/*/throttling/rateLimit', value: '1' },
      { op: 'replace', path: '/*/*/throttling/burstLimit', value: '1' },
    ]);
    expect((await read()).methodSettings?.['*/*']).toMatchObject({
      throttlingRateLimit: 1,
      throttlingBurstLimit: 1,
    });
    await patch([{ op: 'remove', path: '/*/*' }]);
    expect(await read()).toEqual(before);
    expect(before.tags).toEqual(tags);
    const resourceArn = `arn:aws:apigateway:${emulator.region}::/restapis/${restApiId}/stages/test`;
    await apiGateway.send(new TagRestCommand({ resourceArn, tags: { more: 'x' } }));
    const listed = await apiGateway.send(new GetRestTagsCommand({ resourceArn }));
    expect(listed.tags).toEqual({ ...tags, more: 'x' });
  });

  it('throttles a stage of an HTTP API', async () => {
    const { apiGatewayV2 } = clients;
    const { ApiId } = await apiGatewayV2.send(new CreateApiCommand({ Name: 'target', ProtocolType: 'HTTP' }));
    const stage = { ApiId, StageName: 'test' };
    await apiGatewayV2.send(new CreateHttpStageCommand({ ...stage, AutoDeploy: true, Tags: tags }));
    const limits = { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 };
    await apiGatewayV2.send(new UpdateHttpStageCommand({ ...stage, DefaultRouteSettings: limits }));
    const read = await apiGatewayV2.send(new GetHttpStageCommand(stage));
    expect(read.DefaultRouteSettings).toMatchObject(limits);
    expect(read.Tags).toEqual(tags);
    const ResourceArn = `arn:aws:apigateway:${emulator.region}::/apis/${ApiId}/stages/test`;
    const listed = await apiGatewayV2.send(new GetHttpTagsCommand({ ResourceArn }));
    expect(listed.Tags).toEqual(tags);
  });

  it('inverts a health check only for who knows its version', async () => {
    const { route53 } = clients;
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'one',
        HealthCheckConfig: { Type: 'HTTPS', FullyQualifiedDomainName: 'example.com', Port: 443 },
      }),
    );
    const HealthCheckId = HealthCheck?.Id ?? '';
    expect(HealthCheck?.HealthCheckVersion).toBe(1);
    const invert = (Inverted: boolean, HealthCheckVersion: number) =>
      route53.send(new UpdateHealthCheckCommand({ HealthCheckId, HealthCheckVersion, Inverted }));
    await invert(true, 1);
    await expect(invert(false, 1)).rejects.toMatchObject({ name: 'HealthCheckVersionMismatch' });
    const read = await route53.send(new GetHealthCheckCommand({ HealthCheckId }));
    expect(read.HealthCheck).toMatchObject({ HealthCheckVersion: 2, HealthCheckConfig: { Inverted: true } });
    const resource = { ResourceType: 'healthcheck', ResourceId: HealthCheckId } as const;
    await route53.send(new ChangeTagsForResourceCommand({ ...resource, AddTags: tagList }));
    const listed = await route53.send(new ListHealthTagsCommand(resource));
    expect(listed.ResourceTagSet?.Tags).toEqual(tagList);
  });

  it('puts and deletes an inline policy of a role', async () => {
    const { iam } = clients;
    const RoleName = 'target';
    const AssumeRolePolicyDocument = policyOf('assume');
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags: tagList }));
    const policy = { RoleName, PolicyName: 'deny' };
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: policyOf('deny') }));
    const read = await iam.send(new GetRolePolicyCommand(policy));
    expect(JSON.parse(decodeURIComponent(read.PolicyDocument ?? ''))).toMatchObject({
      Statement: [{ Sid: 'deny' }],
    });
    await iam.send(new DeleteRolePolicyCommand(policy));
    await expect(iam.send(new GetRolePolicyCommand(policy))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([]);
    expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual(tagList);
  });

  it('registers a scalable target, suspends it, and forgets it', async () => {
    const { autoScaling } = clients;
    const target = {
      ServiceNamespace: 'dynamodb',
      ResourceId: 'table/provisioned',
      ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
    } as const;
    const { ScalableTargetARN } = await autoScaling.send(
      new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 10, Tags: tags }),
    );
    const SuspendedState = { DynamicScalingOutSuspended: true };
    await autoScaling.send(new RegisterScalableTargetCommand({ ...target, SuspendedState }));
    const describeTarget = new DescribeScalableTargetsCommand({
      ServiceNamespace: 'dynamodb',
      ResourceIds: [target.ResourceId],
    });
    const [found] = (await autoScaling.send(describeTarget)).ScalableTargets ?? [];
    expect(found).toMatchObject({
      ...target,
      ScalableTargetARN,
      MinCapacity: 1,
      MaxCapacity: 10,
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: true,
        ScheduledScalingSuspended: false,
      },
    });
    const listed = await autoScaling.send(new ListScalingTagsCommand({ ResourceARN: ScalableTargetARN }));
    expect(listed.Tags).toEqual(tags);
    await autoScaling.send(new DeregisterScalableTargetCommand(target));
    expect((await autoScaling.send(describeTarget)).ScalableTargets).toEqual([]);
  });

  it('knows the operation of every call that was made', () => {
    const unknown = emulator.recorder.calls({
      where: ({ action, service }) => action === '' || service === '',
    });
    expect(unknown).toEqual([]);
  });
});
