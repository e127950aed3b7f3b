/** What a resource of a service is called, and how a request names it. */
interface ResourceFacts {
  /** "the table" in a sentence. */
  readonly word: string;
  /** Members of a request that name it; none where its path or its host does. */
  readonly members: readonly string[];
  /** The name in an ARN, after `arn:partition:service:region:account:`. */
  readonly inArn: RegExp;
}

/** The services whose errors, operations and resources are known, by the name under which requests are signed. */
export const resourceFacts = {
  dynamodb: {
    word: 'table',
    members: ['TableName', 'RequestItems', 'TransactItems'],
    inArn: /^table\/([^/]+)/,
  },
  lambda: { word: 'function', members: [], inArn: /^function:([^:]+)/ },
  s3: { word: 'bucket', members: [], inArn: /^([^/:]+)/ },
  sqs: {
    word: 'queue',
    members: ['QueueUrl', 'QueueName', 'SourceArn'],
    inArn: /^([^/:]+)$/,
  },
  sns: {
    word: 'topic',
    members: ['TopicArn', 'TargetArn', 'SubscriptionArn', 'ResourceArn'],
    inArn: /^([^/:]+)(?::[^:]+)?$/,
  },
  events: {
    word: 'event bus',
    members: ['EventBusName', 'Entries'],
    inArn: /^event-bus\/(.+)/,
  },
  states: {
    word: 'state machine',
    members: ['stateMachineArn', 'executionArn', 'mapRunArn'],
    inArn: /^(?:stateMachine|execution|express|mapRun):([^:/]+)/,
  },
  secretsmanager: {
    word: 'secret',
    members: ['SecretId', 'SecretIdList'],
    inArn: /^secret:(.+)/,
  },
  ssm: { word: 'parameter', members: ['Name', 'Names', 'Path'], inArn: /^parameter(\/.+)/ },
  kinesis: {
    word: 'stream',
    members: ['StreamName', 'StreamARN', 'ConsumerARN'],
    inArn: /^stream\/([^/]+)/,
  },
  kms: {
    word: 'key',
    members: ['KeyId', 'TargetKeyId', 'SourceKeyId', 'DestinationKeyId'],
    inArn: /^(?:key\/(.+)|(alias\/.+))/,
  },
} as const satisfies Readonly<Record<string, ResourceFacts>>;

export type KnownService = keyof typeof resourceFacts;

export function isKnownService(service: string): service is KnownService {
  return Object.hasOwn(resourceFacts, service);
}
