import type { KnownService } from './resources.ts';

/** What the models of the AWS SDK do not say of an error. */
export interface Written {
  /** Of an error that is in no model. */
  readonly status?: number;
  /** What the service really writes, where its documentation only explains. */
  readonly message?: string;
  /** The namespace before `#` in `__type`, where it is not that of the model. */
  readonly namespace?: string;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export const RATE_EXCEEDED = 'Rate exceeded';
/** "Common errors" in the API reference of every service. */
export const INTERNAL_FAILURE =
  'The request processing has failed because of an unknown error, exception or failure.';

/**
 * The errors that the tool is for, by service, the most asked for first: with the messages that AWS sends, and the
 * statuses of those that no model has. Where nothing is written here, the model and its documentation say all.
 *
 * Sources: the API reference of each service ("Common errors", and S3's "Error responses"); AWS re:Post for the wording
 * of KMS (kms-throttlingexception-error) and S3 (http-5xx-errors-s3); the "Rate exceeded" of Systems Manager, Step
 * Functions, Secrets Manager, EventBridge and SNS as public issues quote it.
 */
export const written: { readonly [S in KnownService]: Readonly<Record<string, Written>> } = {
  dynamodb: {
    ProvisionedThroughputExceededException: {
      message:
        'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    },
    ThrottlingException: {
      namespace: 'com.amazon.coral.availability',
      message: 'Rate of requests exceeds the allowed throughput.',
    },
    RequestLimitExceeded: { message: 'Throughput exceeds the current throughput limit for your account.' },
    ConditionalCheckFailedException: { message: 'The conditional request failed' },
    TransactionCanceledException: {
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]',
      members: {
        CancellationReasons: [
          { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
        ],
      },
    },
    InternalServerError: { message: INTERNAL_FAILURE },
  },
  lambda: {
    TooManyRequestsException: {
      message: 'Rate Exceeded.',
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    },
    ServiceException: { message: 'An error occurred and the request cannot be processed.' },
    ResourceNotReadyException: {
      message: 'The operation cannot be performed at this time. The function is not ready.',
    },
  },
  s3: {
    SlowDown: { status: 503, message: 'Please reduce your request rate.' },
    InternalError: { status: 500, message: 'We encountered an internal error. Please try again.' },
    NoSuchKey: { message: 'The specified key does not exist.' },
    NoSuchBucket: { message: 'The specified bucket does not exist' },
    AccessDenied: { message: 'Access Denied' },
  },
  sqs: {
    OverLimit: {},
    RequestThrottled: {},
    InternalFailure: { status: 500, message: INTERNAL_FAILURE },
  },
  sns: {
    Throttling: { status: 400, message: RATE_EXCEEDED },
    InternalErrorException: {},
  },
  events: {
    ThrottlingException: { message: RATE_EXCEEDED },
    InternalException: {},
  },
  states: {
    ThrottlingException: { status: 400, message: RATE_EXCEEDED },
    InternalFailure: { status: 500, message: INTERNAL_FAILURE },
  },
  secretsmanager: {
    ThrottlingException: { status: 400, message: RATE_EXCEEDED },
    InternalServiceError: {},
  },
  ssm: {
    ThrottlingException: { message: RATE_EXCEEDED },
    InternalServerError: {},
  },
  kinesis: {
    ProvisionedThroughputExceededException: {
      message: 'Rate exceeded for shard shardId-000000000000',
    },
    ExpiredIteratorException: {},
    InternalFailure: { status: 500, message: INTERNAL_FAILURE },
  },
  kms: {
    ThrottlingException: {
      status: 400,
      message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    },
    KMSInternalException: {},
  },
};

/** What each service calls being throttled, and failing by itself. */
export const generic: {
  readonly [S in KnownService]: { readonly throttle: string; readonly serverError: string };
} = {
  dynamodb: { throttle: 'ThrottlingException', serverError: 'InternalServerError' },
  lambda: { throttle: 'TooManyRequestsException', serverError: 'ServiceException' },
  s3: { throttle: 'SlowDown', serverError: 'InternalError' },
  sqs: { throttle: 'RequestThrottled', serverError: 'InternalFailure' },
  sns: { throttle: 'Throttling', serverError: 'InternalErrorException' },
  events: { throttle: 'ThrottlingException', serverError: 'InternalException' },
  states: { throttle: 'ThrottlingException', serverError: 'InternalFailure' },
  secretsmanager: { throttle: 'ThrottlingException', serverError: 'InternalServiceError' },
  ssm: { throttle: 'ThrottlingException', serverError: 'InternalServerError' },
  kinesis: { throttle: 'ProvisionedThroughputExceededException', serverError: 'InternalFailure' },
  kms: { throttle: 'ThrottlingException', serverError: 'KMSInternalException' },
};
