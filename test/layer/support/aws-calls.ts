import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as kinesis from '@aws-sdk/client-kinesis';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as states from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { KnownService } from '../../../src/layer/aws/resources.ts';

/** What a client of the AWS SDK made of a call. */
export interface SdkOutcome {
  readonly error: unknown;
  readonly attempts: number | undefined;
  readonly status: number | undefined;
}

/** The real clients, each with one call that is typical of it. */
export const clients = {
  dynamodb,
  lambda,
  s3,
  sqs,
  sns,
  events,
  states,
  secretsmanager,
  ssm,
  kinesis,
  kms,
} as const;

/**
 * What a client is made with: the SDK's own retries, without their pauses.
 *
 * @param endpoint where nothing answers, unless the test has a server
 */
export function clientOptions(endpoint = 'http://127.0.0.1:9'): object {
  return {
    region: 'eu-west-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // The default of the Kinesis client speaks HTTP/2.
    requestHandler: new NodeHttpHandler(),
    retryStrategy: new ConfiguredRetryStrategy(3, () => 1),
  };
}

const ARN = 'eu-west-1:123456789012';
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';

type Send = (options: object) => Promise<unknown>;

const typical: { readonly [S in KnownService]: Send } = {
  dynamodb: (options) =>
    new dynamodb.DynamoDBClient(options).send(
      new dynamodb.GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } }),
    ),
  lambda: (options) =>
    new lambda.LambdaClient(options).send(new lambda.InvokeCommand({ FunctionName: 'orders' })),
  s3: (options) =>
    new s3.S3Client(options).send(new s3.GetObjectCommand({ Bucket: 'orders', Key: 'a/b c.json' })),
  sqs: (options) =>
    new sqs.SQSClient({ ...options, useQueueUrlAsEndpoint: false }).send(
      new sqs.SendMessageCommand({ QueueUrl: QUEUE, MessageBody: 'x' }),
    ),
  sns: (options) =>
    new sns.SNSClient(options).send(
      new sns.PublishCommand({ TopicArn: `arn:aws:sns:${ARN}:orders`, Message: 'x' }),
    ),
  events: (options) =>
    new events.EventBridgeClient(options).send(
      new events.PutEventsCommand({
        Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{}', EventBusName: 'orders' }],
      }),
    ),
  states: (options) =>
    new states.SFNClient(options).send(
      new states.StartExecutionCommand({ stateMachineArn: `arn:aws:states:${ARN}:stateMachine:orders` }),
    ),
  secretsmanager: (options) =>
    new secretsmanager.SecretsManagerClient(options).send(
      new secretsmanager.GetSecretValueCommand({ SecretId: 'orders' }),
    ),
  ssm: (options) => new ssm.SSMClient(options).send(new ssm.GetParameterCommand({ Name: 'orders' })),
  kinesis: (options) =>
    new kinesis.KinesisClient(options).send(
      new kinesis.PutRecordCommand({ StreamName: 'orders', Data: new Uint8Array([1]), PartitionKey: 'a' }),
    ),
  kms: (options) =>
    new kms.KMSClient(options).send(
      new kms.EncryptCommand({ KeyId: 'alias/orders', Plaintext: new Uint8Array([1]) }),
    ),
};

/** Makes the typical call of a service with its real client. */
export function callOf(service: KnownService, options = clientOptions()): Promise<SdkOutcome> {
  return outcomeOf(() => typical[service](options));
}

export async function outcomeOf(send: () => Promise<unknown>): Promise<SdkOutcome> {
  const result: unknown = await send().then(
    (value) => ({ ...Object(value), error: undefined }),
    (error: unknown) => ({ error, $metadata: Reflect.get(Object(error), '$metadata') }),
  );
  const { error, $metadata } = result as {
    error: unknown;
    $metadata?: { attempts?: number; httpStatusCode?: number };
  };
  return { error, attempts: $metadata?.attempts, status: $metadata?.httpStatusCode };
}
