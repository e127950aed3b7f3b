import type { Outcome } from './outcome.ts';

/** What `X-Amz-Log-Result` may hold. */
const maxTailBytes = 4096;

/** The end of what a function wrote in one invocation. */
export class LogTail {
  #text = '';

  /** At most 4 KB, cut from the front. */
  get text(): string {
    return Buffer.from(this.#text).subarray(-maxTailBytes).toString();
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-maxTailBytes);
  }

  clear(): void {
    this.#text = '';
  }
}

/** The platform's line before an invocation, as CloudWatch shows it. */
export function startLine(id: string): string {
  return `START RequestId: ${id} Version: $LATEST\n`;
}

export interface InvocationFacts {
  readonly id: string;
  readonly durationMs: number;
  /** Of a sandbox's first invocation. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly outcome: Outcome;
}

/** The platform's lines after an invocation. Memory used is not measured here, and not given. */
export function endLines({ id, durationMs, initMs, memoryMb, outcome }: InvocationFacts): string {
  const parts = [
    `REPORT RequestId: ${id}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...statusOf(outcome),
  ];
  return `END RequestId: ${id}\n${parts.join('\t')}\n`;
}

function statusOf(outcome: Outcome): string[] {
  if (outcome.kind === 'answer') return [];
  const { errorType } = outcome.failure;
  if (errorType === 'Sandbox.Timedout') return ['Status: timeout'];
  return ['Status: error', `Error Type: ${errorType}`];
}
