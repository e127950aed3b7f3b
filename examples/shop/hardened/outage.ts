const names: ReadonlySet<unknown> = new Set([
  // Took too long.
  'AbortError',
  'TimeoutError',
  // Throttled.
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TooManyRequestsException',
  // Pricing itself failed.
  'PricingError',
]);
const networkCodes: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Whether an error means that a dependency is slow, full or down, so that a fallback is right. Everything else (a
 * missing permission, a table that is not there, a bug) is ours: a fallback would hide it until the cache is cold.
 */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('name' in error && names.has(error.name)) return true;
  if ('code' in error && networkCodes.has(error.code)) return true;
  return '$metadata' in error && isServerFault(error.$metadata);
}

function isServerFault(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return false;
  return typeof metadata.httpStatusCode === 'number' && metadata.httpStatusCode >= 500;
}
