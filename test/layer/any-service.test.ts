import { APIGatewayClient, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { HeadBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsEc2QueryProtocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { DependencyErrorFault } from '../../src/generated/types.ts';
import { clientOptions, outcomeOf } from './support/aws-calls.ts';
import { underFaults } from './support/faulted.ts';

type Send = () => Promise<unknown>;

/** Signed for EC2, in its protocol, by a client that is installed. */
const asEc2 = {
  protocol: AwsEc2QueryProtocol,
  signer: new SignatureV4({
    service: 'ec2',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    sha256: Sha256,
  }),
};

const sends: Readonly<Record<string, Send>> = {
  monitoring: () => new CloudWatchClient(clientOptions()).send(new ListMetricsCommand({})),
  'monitoring in CBOR': () =>
    new CloudWatchClient({ ...clientOptions(), protocol: AwsSmithyRpcV2CborProtocol }).send(
      new ListMetricsCommand({}),
    ),
  'monitoring in Query': () =>
    new CloudWatchClient({ ...clientOptions(), protocol: AwsQueryProtocol }).send(new ListMetricsCommand({})),
  'application-autoscaling': () =>
    new ApplicationAutoScalingClient(clientOptions()).send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb' }),
    ),
  sts: () => new STSClient(clientOptions()).send(new GetCallerIdentityCommand({})),
  iam: () => new IAMClient(clientOptions()).send(new ListRolesCommand({})),
  cloudformation: () => new CloudFormationClient(clientOptions()).send(new ListStacksCommand({})),
  route53: () => new Route53Client(clientOptions()).send(new ListHostedZonesCommand({})),
  apigateway: () => new APIGatewayClient(clientOptions()).send(new GetRestApisCommand({})),
  scheduler: () => new SchedulerClient(clientOptions()).send(new ListSchedulesCommand({})),
  ec2: () => new STSClient({ ...clientOptions(), ...asEc2 }).send(new GetCallerIdentityCommand({})),
  'dynamodb in CBOR': () =>
    new DynamoDBClient({ ...clientOptions(), protocol: AwsSmithyRpcV2CborProtocol }).send(
      new GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } }),
    ),
  'sqs in Query': () =>
    new SQSClient({ ...clientOptions(), protocol: AwsQueryProtocol, useQueueUrlAsEndpoint: false }).send(
      new SendMessageCommand({
        QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
        MessageBody: 'x',
      }),
    ),
};

async function seenBy(send: Send, fault: Partial<DependencyErrorFault>): Promise<object> {
  const { error, status, attempts } = await underFaults(
    [{ kind: 'dependency.error', target: 'checkout', ...fault }],
    () => outcomeOf(send),
  );
  const { name, message } = Object(error) as Error;
  return { name, status, attempts, message };
}

/** Client, name and status of a throttle, name and status of a server error. */
const rows: readonly (readonly [string, string, number, string, number])[] = [
  ['monitoring', 'ThrottlingException', 400, 'InternalFailure', 500],
  ['monitoring in CBOR', 'ThrottlingException', 400, 'InternalFailure', 500],
  ['monitoring in Query', 'Throttling', 400, 'InternalFailure', 500],
  ['application-autoscaling', 'ThrottlingException', 400, 'InternalFailure', 500],
  ['sts', 'Throttling', 400, 'InternalFailure', 500],
  ['iam', 'Throttling', 400, 'InternalFailure', 500],
  ['cloudformation', 'Throttling', 400, 'InternalFailure', 500],
  ['route53', 'Throttling', 400, 'InternalFailure', 500],
  ['apigateway', 'ThrottlingException', 429, 'InternalFailure', 500],
  ['scheduler', 'ThrottlingException', 429, 'InternalFailure', 500],
  ['ec2', 'RequestLimitExceeded', 503, 'InternalError', 500],
  ['dynamodb in CBOR', 'ThrottlingException', 400, 'InternalServerError', 500],
  ['sqs in Query', 'RequestThrottled', 403, 'InternalFailure', 500],
];

describe.each(rows)('%s', (client, throttle, throttleStatus, failure, failureStatus) => {
  const [service = ''] = client.split(' ');
  const send = sends[client] ?? (() => Promise.reject(new Error(`no client ${client}`)));

  it('is throttled, and retries', async () => {
    expect(await seenBy(send, { service, error: 'throttle' })).toEqual({
      name: throttle,
      status: throttleStatus,
      attempts: 3,
      message: expect.stringMatching(/./),
    });
  });

  it('fails on the side of the server, and retries', async () => {
    expect(await seenBy(send, { service, error: 'server-error' })).toEqual({
      name: failure,
      status: failureStatus,
      attempts: 3,
      message: expect.stringMatching(/./),
    });
  });
});

describe('a HEAD request to S3, whose answer has no body', () => {
  const head: Readonly<Record<string, Send>> = {
    HeadObject: () =>
      new S3Client(clientOptions()).send(new HeadObjectCommand({ Bucket: 'orders', Key: 'a' })),
    HeadBucket: () => new S3Client(clientOptions()).send(new HeadBucketCommand({ Bucket: 'orders' })),
  };
  // The client knows no more than the status.
  it.each([
    ['NoSuchKey', 'NotFound', 404, 1],
    ['SlowDown', 'Unknown', 503, 3],
    ['InternalError', 'Unknown', 500, 3],
    ['AccessDenied', 'Unknown', 403, 1],
  ])('%s becomes %s', async (error, name, status, attempts) => {
    for (const [operation, send] of Object.entries(head)) {
      const seen = await seenBy(send, { service: 's3', operations: [operation], resource: 'orders', error });
      expect(seen).toMatchObject({ name, status, attempts });
    }
  });
});

it('a service of another name is left alone', async () => {
  const send = sends['sts'] ?? (() => Promise.reject(new Error('no client')));
  const seen = await seenBy(send, { service: 'iam', error: 'throttle' });
  expect(seen).toMatchObject({ status: undefined });
});
