import { formatPath, type Problem } from '../core/problem.ts';

/** What is wrong with the options of a test: every mistake with its path, and what would be right. */
export class InvalidOptions extends Error {
  readonly code = 'INOCULATE_INVALID_OPTIONS';
  readonly problems: readonly { readonly path: string; readonly code: string; readonly message: string }[];

  /** @internal */
  constructor(caller: string, problems: readonly Problem[]) {
    super([`These options of ${caller} cannot be used:`, ...problems.map(line)].join('\n'));
    this.name = 'InvalidOptions';
    this.problems = problems.map(({ path, code, message }) => ({ path: formatPath(path), code, message }));
  }
}

function line({ path, message, expected }: Problem): string {
  const where = path.length === 0 ? '' : `${formatPath(path)}: `;
  return `  ${where}${message}${expected === '' ? '' : ` (right would be: ${expected})`}`;
}
