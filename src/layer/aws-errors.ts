import { randomUUID } from 'node:crypto';
import type { DependencyErrorFault } from '../generated/types.ts';
import type { OutboundCall } from './calls/call.ts';
import { cborMap } from './cbor.ts';
import type { Answer } from './faults/module.ts';

export type Service = NonNullable<DependencyErrorFault['service']>;
export type AwsErrorName = NonNullable<DependencyErrorFault['error']>;

interface ErrorFacts {
  readonly status: number;
  /** The namespace before `#` in `__type`, where it is not the service's own. */
  readonly namespace?: string;
  readonly message: string;
}

/**
 * The errors that each service can really give. Statuses and fault sides are those of the service's Smithy model as
 * shipped in @aws-sdk/client-dynamodb and client-lambda 3.1162.0 (dist-es/schemas/schemas_0.js: `httpError`, or 400 for
 * a client's and 500 for a server's fault); a test compares them with the installed model. Messages are AWS's own.
 */
const errorFacts: {
  readonly [S in Service]: Readonly<Partial<Record<AwsErrorName, ErrorFacts>>>;
} = {
  dynamodb: {
    ProvisionedThroughputExceededException: {
      status: 400,
      message:
        'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    },
    ThrottlingException: {
      status: 400,
      namespace: 'com.amazon.coral.availability',
      message: 'Rate of requests exceeds the allowed throughput.',
    },
    RequestLimitExceeded: {
      status: 400,
      message: 'Throughput exceeds the current throughput limit for your account.',
    },
    ConditionalCheckFailedException: { status: 400, message: 'The conditional request failed' },
    TransactionCanceledException: {
      status: 400,
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]',
    },
    InternalServerError: {
      status: 500,
      message: 'The request processing has failed because of an unknown error, exception or failure.',
    },
  },
  lambda: {
    TooManyRequestsException: { status: 429, message: 'Rate Exceeded.' },
    ServiceException: { status: 500, message: 'An error occurred and the request cannot be processed.' },
    ResourceNotReadyException: {
      status: 502,
      message: 'The operation cannot be performed at this time. The function is not ready.',
    },
  },
};

/** The names of the errors that each service can give. */
export const errorsByService: Readonly<Record<Service, readonly string[]>> = {
  dynamodb: Object.keys(errorFacts.dynamodb),
  lambda: Object.keys(errorFacts.lambda),
};

/** The HTTP status of an error; undefined where the service does not have it. */
export function statusOf(service: Service, error: AwsErrorName): number | undefined {
  return errorFacts[service][error]?.status;
}

/** Why this error cannot come from this service, and which ones can; undefined where it can. */
export function errorProblem(
  service: Service | undefined,
  error: AwsErrorName | undefined,
): string | undefined {
  if (service === undefined || error === undefined || errorFacts[service][error] !== undefined) {
    return undefined;
  }
  return `${service} never answers ${error}; it can answer ${errorsByService[service].join(', ')}`;
}

/** The answer as the service itself would give it, in the protocol of the call. */
export function awsErrorAnswer(service: Service, error: AwsErrorName, call: OutboundCall): Answer {
  const facts = errorFacts[service][error];
  if (facts === undefined) throw new Error(errorProblem(service, error));
  const requestId = randomUUID();
  if (service === 'lambda') {
    return {
      status: facts.status,
      headers: {
        'Content-Type': 'application/json',
        'x-amzn-RequestId': requestId,
        'x-amzn-errortype': error,
      },
      body: JSON.stringify({ ...lambdaDetails(error), message: facts.message }),
    };
  }
  const type = `${facts.namespace ?? 'com.amazonaws.dynamodb.v20120810'}#${error}`;
  if (call.header('smithy-protocol') === 'rpc-v2-cbor') {
    return {
      status: facts.status,
      headers: {
        'Content-Type': 'application/cbor',
        'smithy-protocol': 'rpc-v2-cbor',
        'x-amzn-RequestId': requestId,
      },
      body: cborMap({ __type: type, message: facts.message }),
    };
  }
  return {
    status: facts.status,
    // Without x-amz-crc32 nothing is checked against it.
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-RequestId': requestId },
    body: JSON.stringify({ __type: type, ...dynamoDetails(error, facts.message) }),
  };
}

function lambdaDetails(error: AwsErrorName): Record<string, string> {
  return error === 'TooManyRequestsException'
    ? { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' }
    : { Type: 'Server' };
}

/** DynamoDB spells `Message` with a capital where an error has further members. */
function dynamoDetails(error: AwsErrorName, message: string): Record<string, unknown> {
  if (error !== 'TransactionCanceledException') return { message };
  const reason = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
  return { Message: message, CancellationReasons: [reason] };
}
