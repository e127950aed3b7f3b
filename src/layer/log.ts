const said = new Set<string>();
/** Memory is bounded even if every message differs. */
const MOST_MESSAGES = 100;

/** Says one thing about the layer itself, once per sandbox: on stderr, untouched by the runtime's console. */
export function logOnce(message: string): void {
  if (said.has(message) || said.size >= MOST_MESSAGES) return;
  said.add(message);
  process.stderr.write(`[inoculate] ${message}\n`);
}

/** An unknown thrown value as text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
