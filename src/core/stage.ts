import type { Path, Problem } from './problem.ts';

/** What a stage may be called: it becomes part of names on AWS. */
export const stagePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** The value with `${stage}` replaced in every text, and the variables that do not exist. */
export function replaceStage(
  value: unknown,
  stage: string,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  return { value: replace(value, stage, [], problems), problems };
}

function replace(value: unknown, stage: string, path: Path, problems: Problem[]): unknown {
  if (typeof value === 'string') return replaceText(value, stage, path, problems);
  if (Array.isArray(value)) {
    return value.map((item, index) => replace(item, stage, [...path, index], problems));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, replace(part, stage, [...path, name], problems)]),
  );
}

function replaceText(text: string, stage: string, path: Path, problems: Problem[]): string {
  return text.replace(/\$\{([^}]*)\}/g, (variable, name: string) => {
    if (name === 'stage') return stage;
    problems.push({
      path,
      code: 'unknown-variable',
      message: `There is no variable ${variable}`,
      found: variable,
      expected: '${stage} is the only variable',
    });
    return variable;
  });
}
