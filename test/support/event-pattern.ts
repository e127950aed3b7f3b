/**
 * EventBridge's matching as its documentation has it, as far as our own patterns go: lists of values, prefix, suffix,
 * wildcard, anything-but, exists. `test/emulator/triggers.test.ts` compares it with another implementation.
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) {
    const values: readonly unknown[] = Array.isArray(event) ? event : [event];
    return pattern.some((wanted: unknown) => values.some((value) => isWanted(wanted, value)));
  }
  if (!isMapping(pattern)) throw new Error(`No pattern: ${JSON.stringify(pattern)}`);
  return Object.entries(pattern).every(([key, part]) =>
    matches(part, isMapping(event) && Object.hasOwn(event, key) ? event[key] : undefined),
  );
}

function isWanted(wanted: unknown, value: unknown): boolean {
  if (!isMapping(wanted)) return wanted === value;
  const [[operator, operand] = []] = Object.entries(wanted);
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(operand));
    case 'wildcard':
      return typeof value === 'string' && wildcard(String(operand)).test(value);
    case 'anything-but':
      return value !== undefined && !(Array.isArray(operand) ? operand : [operand]).includes(value);
    case 'exists':
      return (value !== undefined) === operand;
    default:
      throw new Error(`This matcher does not know ${operator}`);
  }
}

function wildcard(text: string): RegExp {
  const parts = text.match(/\\.|\*|[^\\*]+/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '.*' : part.replace(/^\\/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 's');
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
