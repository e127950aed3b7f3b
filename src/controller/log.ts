type Level = 'info' | 'warn' | 'error';

/** One line of JSON, which CloudWatch Logs Insights reads by its fields. */
export function log(level: Level, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  // eslint-disable-next-line no-console -- Lambda sends what a function prints to its log group
  console[level](JSON.stringify({ level, message, ...fields }));
}

/** With all that it was caused by. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: String(error) };
  const causes =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  return {
    error: error.name,
    code: 'code' in error ? error.code : undefined,
    detail: error.message,
    stack: error.stack,
    causes: causes.map((cause: unknown) => describeError(cause)),
  };
}
