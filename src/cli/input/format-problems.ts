import type { FileProblem } from './file-problem.ts';

const widest = 110;

/** Problems as a compiler shows them: place and message, the line itself with a mark under it, and what would be right. */
export function formatProblems(
  problems: readonly FileProblem[],
  { color }: { readonly color: boolean },
): string {
  return problems.map((problem) => formatProblem(problem, color)).join('\n');
}

/** One line of JSON for each problem's fields; for tools. */
export function problemsAsJson(problems: readonly FileProblem[]): Omit<FileProblem, 'source'>[] {
  return problems.map(({ source, ...rest }) => {
    void source;
    return rest;
  });
}

function formatProblem(problem: FileProblem, color: boolean): string {
  const { file, line, column, message, path, help } = problem;
  const paint = (code: string, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const about = path === '' ? '' : paint('2', `  (${printable(path)})`);
  const rows = [
    `${paint('1', `${printable(file)}:${line}:${column}`)} ${paint('31', 'error')}  ${printable(message)}${about}`,
  ];
  if (problem.source.trim() !== '') {
    const { text, start, length } = excerpt(problem);
    const gutter = String(line);
    rows.push(`  ${paint('2', `${gutter} |`)} ${text}`);
    rows.push(
      `  ${' '.repeat(gutter.length)} ${paint('2', '|')} ${' '.repeat(start)}${paint('31', '^'.repeat(length))}`,
    );
  }
  if (help !== '') rows.push(`  ${paint('36', 'help:')} ${printable(help)}`);
  return `${rows.join('\n')}\n`;
}

/** The part of the line around the mark, each character one column wide as far as that can be known. */
function excerpt({ source, column, length }: FileProblem): { text: string; start: number; length: number } {
  const from = column - 1 + length > widest ? Math.max(0, column - 1 - 20) : 0;
  const prefix = from > 0 ? '…' : '';
  const cut = source.slice(from, from + widest);
  const suffix = from + widest < source.length ? '…' : '';
  const start = column - 1 - from + prefix.length;
  const marks = Math.max(1, Math.min(length, cut.length - (column - 1 - from)));
  return { text: `${prefix}${printable(cut)}${suffix}`, start, length: marks };
}

/** What a file says must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '�');
}
