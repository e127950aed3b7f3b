import { EffectError } from '../../engine/errors.ts';

/** Under these names AWS turns a call away before it is carried out, whatever the status is: S3 answers 503 SlowDown. */
const throttles: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttled',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** The answer that AWS waited in vain for the request's end: part of it was sent. */
const timeouts: ReadonlySet<string> = new Set(['RequestTimeout', 'RequestTimeoutException']);

/** The condition of a conditional write did not hold. */
const failedConditions: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'HealthCheckVersionMismatch',
  'PreconditionFailed',
  'PreconditionFailedException',
]);

/** No connection came about, so that no request left this process. */
const unconnected: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'ENOTFOUND']);

/** Why a call failed, in words that do not depend on the service. */
export type Failure =
  'throttled' | 'access-denied' | 'condition-failed' | 'rejected' | 'not-sent' | 'no-answer';

/**
 * A failed AWS call as an `EffectError`. Nothing was changed, and nothing of the call can still land, where AWS said
 * that it turned the call away (4xx and throttles), or no request left this process. Everything else is unknown:
 * timeouts, broken connections, 5xx, and any answer to a call that the SDK had sent before.
 */
export function effectErrorOf(error: unknown, doing: string): EffectError {
  if (error instanceof EffectError) return error;
  const { name, message, attempts } = detailsOf(error);
  const failure = failureOf(error);
  return new EffectError(failure, `${doing} failed: ${name}: ${message}`, {
    unknown: failure === 'no-answer' || attempts > 1,
    cause: error,
  });
}

/** Does what changes nothing: whatever fails in it has left everything as it was. */
export async function withoutChange<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failed = effectErrorOf(error, doing);
    throw failed.unknown
      ? new EffectError(failed.code, failed.message, { unknown: false, cause: error })
      : failed;
  }
}

export function failureOf(error: unknown): Failure {
  const { name, code, status } = detailsOf(error);
  if (throttles.has(name) || status === 429) return 'throttled';
  if (timeouts.has(name) || status === 408) return 'no-answer';
  if (status === 401 || status === 403) return 'access-denied';
  if (failedConditions.has(name) || status === 412) return 'condition-failed';
  if (status !== undefined && status >= 400 && status < 500) return 'rejected';
  if (status === undefined && (unconnected.has(code) || name === 'CredentialsProviderError'))
    return 'not-sent';
  return 'no-answer';
}

interface Details {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number | undefined;
  readonly attempts: number;
}

/** What is thrown may be an error of the SDK, of Node, of another realm, or none at all. */
function detailsOf(error: unknown): Details {
  const metadata = field(error, '$metadata');
  const status = field(metadata, 'httpStatusCode');
  const attempts = field(metadata, 'attempts');
  return {
    name: textOf(field(error, 'name')) ?? typeof error,
    message: textOf(field(error, 'message')) ?? String(error),
    code: textOf(field(error, 'code')) ?? '',
    status: typeof status === 'number' ? status : undefined,
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
