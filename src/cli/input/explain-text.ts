import { type Path, type Problem, show } from '../../core/problem.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';

/** Length and pattern of a text. Lengths count characters as JSON Schema does. */
export function explainText(schema: SchemaNode, value: string, path: Path): Problem[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  const length = [...value].length;
  const name = typeof path.at(-1) === 'string' ? `"${path.at(-1)}"` : show(value);
  const found = show(value);
  if (length > maxLength) {
    const message = `${name} is too long: ${length} characters`;
    return [{ path, code: 'too-long', message, found, expected: `at most ${maxLength} characters` }];
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return [explainPattern(schema, new RegExp(pattern, 'u'), value, path)];
  }
  if (length >= minLength) return [];
  const message = length === 0 ? `${name} is empty` : `${name} is too short`;
  return [{ path, code: 'too-short', message, found, expected: `at least ${minLength} characters` }];
}

function explainPattern(schema: SchemaNode, pattern: RegExp, value: string, path: Path): Problem {
  const { title = 'text', description = `text like ${pattern.source}` } = schema;
  const meant = candidates(value).find((candidate) => pattern.test(candidate));
  const fields = title === 'Cron' ? value.trim().split(/\s+/).length : 6;
  const message =
    fields === 6
      ? `${show(value)} is not a valid ${title === 'text' ? 'value' : title.toLowerCase()}`
      : `This cron expression has ${fields} ${fields === 1 ? 'field' : 'fields'}, and needs six`;
  const expected =
    fields === 6
      ? description
      : 'minute, hour, day of the month, month, day of the week and year: "0 10 ? * TUE,THU *"';
  return {
    path,
    code: 'wrong-form',
    message,
    found: show(value),
    expected: meant === undefined ? expected : `${expected.replace(/\.$/, '')}; for instance ${show(meant)}`,
  };
}

/** Ways in which a text of the wrong form may have been meant. */
function candidates(value: string): string[] {
  if (value.length > 100) return [];
  const spaced = value.trim().replaceAll(/\s+/g, ' ');
  const slug = value
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '');
  const host = /^[a-z]+:\/\/([^/]+)/.exec(value)?.[1];
  const unwrapped = /^(?:cron|rate)\((.*)\)$/.exec(value)?.[1];
  const channel = /^(?:slack:)?\s*[#@]?([A-Za-z0-9_-]+)$/.exec(value)?.[1];
  return [
    spaced,
    ...(unwrapped === undefined ? [] : [unwrapped]),
    ...(host === undefined ? [] : [host]),
    slug,
    ...(channel === undefined ? [] : [`slack:${channel.toLowerCase()}`]),
    value.charAt(0).toUpperCase() + value.slice(1),
  ];
}
