interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
}

/** What came is nothing that this function takes. Thrown, so that AWS dead-letters it and somebody looks. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
  readonly code = 'invalid-event';

  constructor(what: string, errors: readonly SchemaError[] | null | undefined) {
    const details = (errors ?? [])
      .slice(0, 5)
      .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
    super(`This is no ${what}${details.length === 0 ? '' : `: ${details.join('; ')}`}`);
  }
}
