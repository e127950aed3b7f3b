/** An effect on a resource failed. `unknown` unless it is certain that nothing was changed. */
export class EffectError extends Error {
  override readonly name = 'EffectError';
  readonly code: string;
  readonly unknown: boolean;

  constructor(code: string, message: string, options: { unknown: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.unknown = options.unknown;
  }
}

/** Something took longer than it may. Its outcome is unknown. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'deadline';

  constructor(afterMs: number) {
    super(`No answer within ${afterMs} ms`);
  }
}

/** A run changed under every attempt to save a decision on it. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
  readonly code = 'contention';

  constructor(runId: string, attempts: number) {
    super(`Run ${runId} changed under ${attempts} attempts to save it`);
  }
}

/** The next tick of a run could not be sent. */
export class TickLostError extends Error {
  override readonly name = 'TickLostError';
  readonly code = 'tick-lost';

  constructor(runId: string) {
    super(`The next tick of run ${runId} could not be sent`);
  }
}
