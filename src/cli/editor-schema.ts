const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Keywords of our own, and those that mean something only in separate documents. */
const internalKeywords: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  'unit',
  'least',
  'most',
  'step',
  'placement',
  'takes',
  'tsType',
  'discriminator',
]);

/**
 * One self-contained JSON Schema (2020-12) for editors, from a schema whose references are inlined.
 * `format` is the first line's value, such as `experiment/1`.
 */
export function editorSchema(format: string, schema: object): object {
  const body = Object.fromEntries(withoutInternals(Object.entries(schema)));
  return { $schema: dialect, $id: `urn:inoculate:${format.replace('/', ':')}`, ...body };
}

function withoutInternals(entries: [string, unknown][]): [string, unknown][] {
  return entries
    .filter(([keyword]) => !internalKeywords.has(keyword))
    .map(([keyword, value]) => [keyword, keyword === 'properties' ? properties(value) : strip(value)]);
}

/** Below `properties` the names are the user's, whatever they look like. */
function properties(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, node]) => [name, strip(node)]));
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(withoutInternals(Object.entries(value)));
}
