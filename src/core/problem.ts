/** Where in a file: property names and list positions, from the root. */
export type Path = readonly (string | number)[];

/** One mistake in a file, in words for the person who wrote it. */
export interface Problem {
  readonly path: Path;
  /** Stable, for tools: `unknown-target`, `too-long`, … */
  readonly code: string;
  /** What is wrong, in a sentence without full stop. */
  readonly message: string;
  /** What stands there, as text; empty where nothing does. */
  readonly found: string;
  /** What would be right. */
  readonly expected: string;
  /** The mistake is in the property's name, not in its value. */
  readonly at?: 'key';
}

/** `faults[0].delay.min`; empty for the root. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

/** A value as a person would recognise it in the file: short, and on one line. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** `a`, `b` and `c`, each in quotes. */
export function listing(words: readonly string[], conjunction: 'and' | 'or'): string {
  const quoted = words.map((word) => `"${word}"`);
  if (quoted.length <= 1) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`;
}
