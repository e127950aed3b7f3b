/** What the service did in place of what it should have done: one line of JSON, to be counted and alarmed on. */
export interface Degradation {
  readonly degraded: 'catalogue' | 'pricing' | 'payment' | 'settling';
  readonly what: string;
  readonly cause: string;
  readonly orderId?: string;
}

export type Log = (degradation: Degradation) => void;

export const logLine: Log = (degradation) => {
  console.warn(JSON.stringify({ level: 'warn', ...degradation }));
};

/** An error in a few words. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
