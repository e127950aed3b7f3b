import { effectErrorOf, withoutChange } from '../../../src/faults/changers/aws-errors.ts';
import { EffectError } from '../../../src/engine/errors.ts';

interface Facts {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly attempts?: number;
}

/** As the SDK throws it. */
function failed({ name = 'Error', code, status, attempts = 1 }: Facts): Error {
  const metadata = { attempts, ...(status !== undefined && { httpStatusCode: status }) };
  return Object.assign(new Error('why'), { name, ...(code !== undefined && { code }), $metadata: metadata });
}

describe('what a failed AWS call has done', () => {
  const known: readonly (readonly [string, Facts])[] = [
    ['throttled', { name: 'TooManyRequestsException', status: 429 }],
    ['throttled', { name: 'ThrottlingException', status: 400 }],
    ['throttled', { name: 'SlowDown', status: 503 }],
    ['access-denied', { name: 'AccessDeniedException', status: 403 }],
    ['access-denied', { name: 'UnrecognizedClientException', status: 401 }],
    ['condition-failed', { name: 'PreconditionFailedException', status: 412 }],
    ['condition-failed', { name: 'HealthCheckVersionMismatch', status: 409 }],
    ['rejected', { name: 'InvalidParameterValueException', status: 400 }],
    ['rejected', { name: 'ResourceConflictException', status: 409 }],
    ['rejected', { name: 'ResourceNotFoundException', status: 404 }],
    ['not-sent', { code: 'ENOTFOUND' }],
    ['not-sent', { code: 'ECONNREFUSED' }],
    ['not-sent', { name: 'CredentialsProviderError' }],
  ];
  it.each(known)('%s: nothing was changed by %j', (code, facts) => {
    expect(effectErrorOf(failed(facts), 'Changing it')).toMatchObject({ code, unknown: false });
  });

  const unknown: readonly Facts[] = [
    { name: 'ServiceException', status: 500 },
    { name: 'ServiceUnavailable', status: 503 },
    { name: 'UnknownError', status: 504 },
    { name: 'RequestTimeout', status: 400 },
    { name: 'Whatever', status: 408 },
    { name: 'TimeoutError' },
    { name: 'AbortError' },
    { code: 'ECONNRESET' },
    { code: 'EPIPE' },
    { name: 'SyntaxError', status: 200 },
  ];
  it.each(unknown)('is unknown after %j', (facts) => {
    expect(effectErrorOf(failed(facts), 'Changing it')).toMatchObject({ code: 'no-answer', unknown: true });
  });

  it('is unknown where the SDK had sent the call before: the first one may have landed', () => {
    const error = effectErrorOf(failed({ name: 'AccessDenied', status: 403, attempts: 2 }), 'Changing it');
    expect(error).toMatchObject({ code: 'access-denied', unknown: true });
  });

  it.each([undefined, null, 'text', 7, {}])('is unknown where %p was thrown', (thrown) => {
    expect(effectErrorOf(thrown, 'Changing it')).toMatchObject({ code: 'no-answer', unknown: true });
  });

  it('says what failed, how AWS calls it, and why', () => {
    const error = effectErrorOf(failed({ name: 'AccessDenied', status: 403 }), 'Changing queue orders');
    expect(error.message).toBe('Changing queue orders failed: AccessDenied: why');
    expect(error.cause).toMatchObject({ name: 'AccessDenied' });
  });

  it('leaves what knows it already as it is', () => {
    const error = new EffectError('absent', 'gone', { unknown: false });
    expect(effectErrorOf(error, 'Changing it')).toBe(error);
  });

  it('is nothing where the work changes nothing, however it failed', async () => {
    const reading = withoutChange('Reading it', () => Promise.reject(failed({ code: 'ECONNRESET' })));
    await expect(reading).rejects.toMatchObject({ code: 'no-answer', unknown: false });
  });
});
