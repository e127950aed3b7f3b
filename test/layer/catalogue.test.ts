import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { awsModels } from '../../src/generated/aws-models.ts';
import type { DependencyErrorFault } from '../../src/generated/types.ts';
import { errorsOf } from '../../src/layer/aws/errors.ts';
import { isKnownService, resourceFacts, type KnownService } from '../../src/layer/aws/resources.ts';
import { INTERNAL_FAILURE, RATE_EXCEEDED, written } from '../../src/layer/aws/written.ts';
import { callOf, clients } from './support/aws-calls.ts';
import { underFaults } from './support/faulted.ts';

// Every error of the catalogue, answered to the real client of its service, whose own retries run. What is expected of
// those that people ask for stands here in full; of all others it follows from the client's own model.

const services = Object.keys(resourceFacts).filter(isKnownService);
const table = services.flatMap((service) =>
  [...errorsOf(service).keys()].map((error): [KnownService, string] => [service, error]),
);

/** service, error, name, class (the client's own, or the base of its errors), fault, status, attempts, message. */
type Row = [
  KnownService,
  string,
  string,
  'own' | 'base',
  'client' | 'server',
  number,
  number,
  RegExp | string,
];

const asked: readonly Row[] = [
  [
    'dynamodb',
    'ProvisionedThroughputExceededException',
    '',
    'own',
    'client',
    400,
    3,
    /^The level of configured provisioned throughput for the table was exceeded\./,
  ],
  [
    'dynamodb',
    'ThrottlingException',
    '',
    'own',
    'client',
    400,
    3,
    'Rate of requests exceeds the allowed throughput.',
  ],
  [
    'dynamodb',
    'RequestLimitExceeded',
    '',
    'own',
    'client',
    400,
    3,
    /^Throughput exceeds the current throughput limit/,
  ],
  [
    'dynamodb',
    'ConditionalCheckFailedException',
    '',
    'own',
    'client',
    400,
    1,
    'The conditional request failed',
  ],
  ['dynamodb', 'TransactionCanceledException', '', 'own', 'client', 400, 1, /^Transaction cancelled/],
  ['dynamodb', 'InternalServerError', '', 'own', 'server', 500, 3, INTERNAL_FAILURE],
  ['lambda', 'TooManyRequestsException', '', 'own', 'client', 429, 3, 'Rate Exceeded.'],
  [
    'lambda',
    'ServiceException',
    '',
    'own',
    'server',
    500,
    3,
    'An error occurred and the request cannot be processed.',
  ],
  ['lambda', 'ResourceNotReadyException', '', 'own', 'server', 502, 3, /^The operation cannot be performed/],
  ['s3', 'SlowDown', '', 'base', 'server', 503, 3, 'Please reduce your request rate.'],
  [
    's3',
    'InternalError',
    '',
    'base',
    'server',
    500,
    3,
    'We encountered an internal error. Please try again.',
  ],
  ['s3', 'NoSuchKey', '', 'own', 'client', 404, 1, 'The specified key does not exist.'],
  ['s3', 'NoSuchBucket', '', 'own', 'client', 404, 1, 'The specified bucket does not exist'],
  ['s3', 'AccessDenied', '', 'own', 'client', 403, 1, 'Access Denied'],
  ['sqs', 'OverLimit', '', 'own', 'client', 403, 1, /^The specified action violates a limit\./],
  [
    'sqs',
    'RequestThrottled',
    '',
    'own',
    'client',
    403,
    3,
    /^The request was denied due to request throttling\./,
  ],
  ['sqs', 'InternalFailure', '', 'base', 'server', 500, 3, INTERNAL_FAILURE],
  ['sns', 'Throttling', '', 'base', 'client', 400, 3, RATE_EXCEEDED],
  ['sns', 'InternalErrorException', '', 'own', 'server', 500, 3, 'Indicates an internal service error.'],
  // As its code stands in the answer.
  [
    'sns',
    'InternalError',
    'InternalErrorException',
    'own',
    'server',
    500,
    3,
    'Indicates an internal service error.',
  ],
  ['events', 'ThrottlingException', '', 'own', 'client', 400, 3, RATE_EXCEEDED],
  [
    'events',
    'InternalException',
    '',
    'own',
    'server',
    500,
    3,
    'This exception occurs due to unexpected causes.',
  ],
  ['states', 'ThrottlingException', '', 'base', 'client', 400, 3, RATE_EXCEEDED],
  ['states', 'InternalFailure', '', 'base', 'server', 500, 3, INTERNAL_FAILURE],
  ['secretsmanager', 'ThrottlingException', '', 'base', 'client', 400, 3, RATE_EXCEEDED],
  [
    'secretsmanager',
    'InternalServiceError',
    '',
    'own',
    'server',
    500,
    3,
    'An error occurred on the server side.',
  ],
  ['ssm', 'ThrottlingException', '', 'own', 'client', 400, 3, RATE_EXCEEDED],
  ['ssm', 'InternalServerError', '', 'own', 'server', 500, 3, 'An error occurred on the server side.'],
  [
    'kinesis',
    'ProvisionedThroughputExceededException',
    '',
    'own',
    'client',
    400,
    3,
    /^Rate exceeded for shard/,
  ],
  [
    'kinesis',
    'ExpiredIteratorException',
    '',
    'own',
    'client',
    400,
    1,
    'The provided iterator exceeds the maximum age allowed.',
  ],
  ['kinesis', 'InternalFailure', '', 'base', 'server', 500, 3, INTERNAL_FAILURE],
  [
    'kms',
    'ThrottlingException',
    '',
    'base',
    'client',
    400,
    3,
    /^You have exceeded the rate at which you may call KMS\./,
  ],
  [
    'kms',
    'KMSInternalException',
    '',
    'own',
    'server',
    500,
    3,
    /^The request was rejected because an internal exception occurred\./,
  ],
];

/** What "throttle" and "server-error" become. */
const generic: readonly Row[] = [
  ['dynamodb', 'throttle', 'ThrottlingException', 'own', 'client', 400, 3, /./],
  ['dynamodb', 'server-error', 'InternalServerError', 'own', 'server', 500, 3, /./],
  ['lambda', 'throttle', 'TooManyRequestsException', 'own', 'client', 429, 3, /./],
  ['lambda', 'server-error', 'ServiceException', 'own', 'server', 500, 3, /./],
  ['s3', 'throttle', 'SlowDown', 'base', 'server', 503, 3, /./],
  ['s3', 'server-error', 'InternalError', 'base', 'server', 500, 3, /./],
  ['sqs', 'throttle', 'RequestThrottled', 'own', 'client', 403, 3, /./],
  ['sqs', 'server-error', 'InternalFailure', 'base', 'server', 500, 3, /./],
  ['sns', 'throttle', 'Throttling', 'base', 'client', 400, 3, /./],
  ['sns', 'server-error', 'InternalErrorException', 'own', 'server', 500, 3, /./],
  ['events', 'throttle', 'ThrottlingException', 'own', 'client', 400, 3, /./],
  ['events', 'server-error', 'InternalException', 'own', 'server', 500, 3, /./],
  ['states', 'throttle', 'ThrottlingException', 'base', 'client', 400, 3, /./],
  ['states', 'server-error', 'InternalFailure', 'base', 'server', 500, 3, /./],
  ['secretsmanager', 'throttle', 'ThrottlingException', 'base', 'client', 400, 3, /./],
  ['secretsmanager', 'server-error', 'InternalServiceError', 'own', 'server', 500, 3, /./],
  ['ssm', 'throttle', 'ThrottlingException', 'own', 'client', 400, 3, /./],
  ['ssm', 'server-error', 'InternalServerError', 'own', 'server', 500, 3, /./],
  ['kinesis', 'throttle', 'ProvisionedThroughputExceededException', 'own', 'client', 400, 3, /./],
  ['kinesis', 'server-error', 'InternalFailure', 'base', 'server', 500, 3, /./],
  ['kms', 'throttle', 'ThrottlingException', 'base', 'client', 400, 3, /./],
  ['kms', 'server-error', 'KMSInternalException', 'own', 'server', 500, 3, /./],
];

function faultOf(service: string, error: string): DependencyErrorFault {
  return { kind: 'dependency.error', target: 'checkout', service, error };
}

/** What the client of a service makes of an error: all that the code around it can see. */
async function seenBy(service: KnownService, error: string): Promise<Record<string, unknown>> {
  const {
    error: raised,
    status,
    attempts,
  } = await underFaults([faultOf(service, error)], () => callOf(service));
  if (!isSdkError(raised)) throw new Error(`${service} ${error}: no error was raised`);
  return {
    name: raised.name,
    isClass: classOf(service, raised),
    fault: Reflect.get(raised, '$fault'),
    retryable: raised.$retryable,
    classified: isThrottlingError(raised) || isTransientError(raised) || isServerError(raised),
    status,
    attempts,
    message: raised.message,
  };
}

type SdkError = Parameters<typeof isThrottlingError>[0];

function isSdkError(value: unknown): value is SdkError {
  return value instanceof Error && '$metadata' in value;
}

/** The client's own class of that name, else the one that all its errors have. */
function classOf(service: KnownService, raised: object): string {
  const own = exportedBy(service)[String(Reflect.get(raised, 'name'))];
  if (typeof own === 'function' && raised instanceof own) return 'own';
  const base = Object.entries(exportedBy(service)).find(([name]) => name.endsWith('ServiceException'))?.[1];
  return typeof base === 'function' && raised instanceof base ? 'base' : 'none';
}

function exportedBy(service: KnownService): Record<string, unknown> {
  return { ...clients[service] };
}

/** `$retryable` of the client's own class, from its model. */
function retryableOf(service: KnownService, name: string): unknown {
  const own = exportedBy(service)[name];
  return typeof own === 'function'
    ? Reflect.get(Reflect.construct(own, [{ message: '', $metadata: {} }]) as object, '$retryable')
    : undefined;
}

describe.each([
  ['the errors that people ask for', asked],
  ['what any service can answer', generic],
])('%s', (_, rows) => {
  it.each(rows)('%s %s', async (service, error, name, isClass, fault, status, attempts, message) => {
    expect(await seenBy(service, error)).toEqual({
      name: name === '' ? error : name,
      isClass,
      fault,
      retryable: undefined,
      classified: attempts > 1,
      status,
      attempts,
      message: expect.stringMatching(message),
    });
  });
});

it('every error that is written by hand has its row', () => {
  const rows = new Set(asked.map(([service, error]) => `${service} ${error}`));
  const missing = services.flatMap((service) =>
    Object.keys(written[service]).filter((error) => !rows.has(`${service} ${error}`)),
  );
  expect(missing).toEqual([]);
});

it('the catalogue has every error of the installed models', () => {
  const modelled = services.map((service) => awsModels[service].errors.split('\n').length);
  expect(table.length).toBeGreaterThanOrEqual(modelled.reduce((sum, count) => sum + count, 0));
  expect(table.length).toBeGreaterThan(400);
});

it.each(services)(
  'every modelled error of %s is raised by the real client as its own class',
  async (service) => {
    for (const error of awsModels[service].errors.split('\n').map((line) => line.split(' ')[0] ?? '')) {
      const facts = errorsOf(service).get(error);
      const seen = await seenBy(service, error);
      expect(seen).toEqual({
        name: error,
        isClass: 'own',
        fault: (facts?.status ?? 0) < 500 ? 'client' : 'server',
        retryable: retryableOf(service, error),
        status: facts?.status,
        classified: seen['attempts'] === 3,
        attempts: expect.any(Number),
        message: facts?.message,
      });
    }
  },
);

it.each([
  ['BatchEntryIdsNotDistinct', 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 'Sender'],
  ['InternalFailure', 'InternalFailure', 'Receiver'],
])('sqs repeats the code of the Query protocol for who knows only that: %s', async (error, code, type) => {
  const outcome = await underFaults([faultOf('sqs', error)], () => callOf('sqs'));
  expect(outcome.error).toMatchObject({ name: error, Code: code, Type: type });
});

it('a cancelled transaction says why', async () => {
  const { error } = await underFaults([faultOf('dynamodb', 'TransactionCanceledException')], () =>
    callOf('dynamodb'),
  );
  expect(error).toMatchObject({ CancellationReasons: [{ Code: 'TransactionConflict' }] });
});
