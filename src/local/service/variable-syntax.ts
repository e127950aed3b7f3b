/** `'dev'`, `12`, `true`, `null`; `undefined` for anything else. */
export function literalOf(text: string): string | number | boolean | null | undefined {
  const quoted = /^(?:'([^']*)'|"([^"]*)")$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text === 'null' ? null : undefined;
}

/**
 * The framework's reference that starts here, if one does. CloudFormation's own `${AWS::Region}` and `${Table.Arn}` are
 * none: no single colon follows a word in them.
 */
export function referenceAt(
  text: string,
  start: number,
): { readonly inner: string; readonly end: number } | undefined {
  if (!text.startsWith('${', start)) return undefined;
  if (!/^\$\{\s*(?:\w+(?:\([^)]*\))?:(?!:)|\w+\(|\$\{)/.test(text.slice(start))) return undefined;
  let depth = 0;
  for (let position = start; position < text.length; position += 1) {
    if (text.startsWith('${', position)) depth += 1;
    if (text[position] !== '}') continue;
    depth -= 1;
    if (depth === 0) return { inner: text.slice(start + 2, position).trim(), end: position + 1 };
  }
  return undefined;
}

/** At the commas that stand outside quotes, parentheses and references. */
export function splitAlternatives(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const character of text) {
    if (quote === '' && character === ',' && depth === 0) {
      parts.push('');
      continue;
    }
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '{' || character === '(') depth += 1;
    else if (character === '}' || character === ')') depth -= 1;
    parts[parts.length - 1] += character;
  }
  return parts;
}
