import { type Path, type Problem, show } from '../../core/problem.ts';
import { isMapping } from '../../core/schema-branch.ts';
import { suggest } from '../../core/suggest.ts';
import { parseQuantity, type Unit } from '../../core/units.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';
import { describe, describeValue, meantQuantity, oneOf } from './words.ts';

/** A value that must be one of a few. */
export function explainChoice(schema: SchemaNode, value: unknown, path: Path): Problem[] {
  const choices: readonly (string | number | boolean)[] =
    schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  if (choices.some((choice) => choice === value)) return [];
  const words = choices.map(String);
  const meant = typeof value === 'string' ? suggest(value, words) : undefined;
  return [
    {
      path,
      code: 'unknown-value',
      message: `${nameOf(schema, path)} cannot be ${describeValue(value)}`,
      found: show(value),
      expected: meant === undefined ? oneOf(words) : `did you mean "${meant}"?`,
    },
  ];
}

/** A quantity with its unit; what is only out of bounds is left to the resolution of units. */
export function explainQuantity(unit: Unit, schema: SchemaNode, value: unknown, path: Path): Problem[] {
  const isText = typeof value === 'string';
  if (isText) {
    const parsed = parseQuantity(unit, value);
    if (parsed.ok || parsed.code === 'out-of-bounds') return [];
  } else if (typeof value !== 'number') return wrongType(schema, value, path);
  const expected = describe(schema);
  const meant = meantQuantity(unit, value);
  const bare = /^\s*\d+(\.\d+)?\s*$/.test(String(value));
  const clock = (unit === 'duration' || unit === 'span') && /^\d+:\d\d(:\d\d)?$/.test(String(value));
  return [
    {
      path,
      code: bare ? 'unit-missing' : 'not-a-quantity',
      message: bare
        ? `${String(value)} of what? ${nameOf(schema, path)} needs its unit`
        : clock
          ? `${show(value)} is a time of day, and ${nameOf(schema, path)} is a length of time`
          : `${show(value)} is not ${expected}`,
      found: show(value),
      expected: meant === undefined || clock ? expected : `write ${orElse(unit, bare, meant, value)}`,
    },
  ];
}

function orElse(unit: Unit, bare: boolean, meant: string, value: unknown): string {
  if (unit !== 'duration' || !bare) return meant;
  const minutes = Number(value) / 60;
  return minutes >= 1 && Number.isInteger(minutes)
    ? `${meant} or ${minutes}m`
    : `${String(value)}ms or ${meant}`;
}

/** Another kind of value than the schema asks for. */
export function wrongType(schema: SchemaNode, value: unknown, path: Path): Problem[] {
  return [
    {
      path,
      code: 'wrong-type',
      message: `${nameOf(schema, path)} must be ${describe(schema)}, not ${describeValue(value)}`,
      found: show(value),
      expected: repair(schema, value) ?? describe(schema),
    },
  ];
}

const yes: ReadonlySet<unknown> = new Set(['yes', 'on', 'y', 'true']);
const no: ReadonlySet<unknown> = new Set(['no', 'off', 'n', 'false']);

/** Older YAML took `yes`, `no`, `on` and `off` for truth values. */
function spelled(value: unknown): string {
  return /^(yes|no|on|off|y|n)$/i.test(String(value))
    ? `: in YAML 1.2, ${String(value)} is only a word`
    : ', without quotes';
}

function repair(schema: SchemaNode, value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (schema.type === 'boolean' && yes.has(text)) return `write true${spelled(value)}`;
  if (schema.type === 'boolean' && no.has(text)) return `write false${spelled(value)}`;
  if (schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `put it in quotes: "${String(value)}"`;
  }
  if (schema.type === 'array' && isMapping(value)) return 'begin each item with "- "';
  if (schema.type === 'array' && typeof value === 'string') return `put it in brackets: [${show(value)}]`;
  if ((schema.type === 'number' || schema.type === 'integer') && typeof value === 'string') {
    return Number.isFinite(Number(value)) && value.trim() !== ''
      ? `write ${value} without quotes`
      : undefined;
  }
  const wrapped = schema.oneOf?.find((branch) => branch.type === 'object' && branch.required?.length === 1);
  if (wrapped !== undefined && typeof value === 'string')
    return `write { ${wrapped.required?.[0]}: ${show(value)} }`;
  return value === null ? `${describe(schema)}; nothing stands here` : undefined;
}

/** Bounds of a number. */
export function explainNumber(schema: SchemaNode, value: number, path: Path): Problem[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, exclusiveMinimum } = schema;
  const fits =
    value >= minimum && value <= maximum && (exclusiveMinimum === undefined || value > exclusiveMinimum);
  if (fits && (schema.type === 'number' || Number.isInteger(value))) return [];
  const message = `${nameOf(schema, path)} cannot be ${value}`;
  return [{ path, code: 'out-of-bounds', message, found: String(value), expected: describe(schema) }];
}

/** The property's name where it has one, else the schema's title. */
export function nameOf(schema: SchemaNode, path: Path): string {
  const last = path.at(-1);
  if (typeof last === 'string') return `"${last}"`;
  if (last === undefined) return 'The file';
  const list = path.findLast((part) => typeof part === 'string');
  return list === undefined ? (schema.title ?? 'This') : `An item of "${list}"`;
}
