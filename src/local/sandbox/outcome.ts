/** How one invocation ended, as the Runtime API and the sandbox's process told it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly body: Buffer; readonly contentType: string }
  | { readonly kind: 'failure'; readonly failure: Failure };

/** As AWS gives it to callers. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What the caller gets beside the outcome. */
export interface Served {
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly coldStart: boolean;
  /** The last 4 KB of what the function logged, with AWS's START, END and REPORT lines. */
  readonly logTail: string;
}

export function failureOf(text: string): Failure {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) {
    return { errorType: 'Runtime.Unknown', errorMessage: text };
  }
  const errorType = 'errorType' in value ? String(value.errorType) : 'Runtime.Unknown';
  const errorMessage = 'errorMessage' in value ? String(value.errorMessage) : '';
  if (!('trace' in value) || !Array.isArray(value.trace)) return { errorType, errorMessage };
  return { errorType, errorMessage, trace: value.trace.map(String) };
}

/** AWS's words for a process that ended by itself. */
export function exitFailure(requestId: string, code: number | null, signal: string | null): Failure {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: ${exitReason(code, signal)}`,
  };
}

/** AWS's words for an invocation that took too long. */
export function timeoutFailure(requestId: string, timeoutS: number): Failure {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutS.toFixed(2)} seconds`,
  };
}

const signalNames: Readonly<Record<number, string>> = {
  1: 'hangup',
  2: 'interrupt',
  3: 'quit',
  4: 'illegal instruction',
  5: 'trace/breakpoint trap',
  6: 'aborted',
  7: 'bus error',
  8: 'floating point exception',
  9: 'killed',
  11: 'segmentation fault',
  13: 'broken pipe',
  14: 'alarm clock',
  15: 'terminated',
};

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

function exitReason(code: number | null, signal: string | null): string {
  // A shell between us and the function reports a signal as 128 + its number.
  const number = signal === null ? (code ?? 0) - 128 : signalNumbers[signal];
  const name = number === undefined ? signal : signalNames[number];
  if (name !== undefined && name !== null) return `Runtime exited with error: signal: ${name}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
