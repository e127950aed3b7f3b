import { listing, type Path, show } from '../../core/problem.ts';
import { expectedUnit, isUnit, parseQuantity, type Unit } from '../../core/units.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';

/** What a schema asks for, as a phrase: "a list", "one of "before", "during" or "after"". */
export function describe(schema: SchemaNode): string {
  if (schema.const !== undefined) return show(schema.const);
  if (schema.enum !== undefined) return oneOf(schema.enum.map(String));
  if (isUnit(schema.unit)) return expectedUnit(schema.unit);
  if (schema.oneOf !== undefined && schema.type === undefined)
    return schema.oneOf.map(describe).join(', or ');
  if (isList(schema.type)) return either(schema.type.map((type) => describe({ type })));
  switch (schema.type) {
    case 'object':
      return describeMapping(schema);
    case 'array':
      return schema.items === undefined ? 'a list' : `a list, each item ${describeShort(schema.items)}`;
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${bounds(schema)}`;
    case 'number':
      return `a number${bounds(schema)}`;
    case 'null':
      return 'null';
    default:
      return 'text';
  }
}

function isList(type: SchemaNode['type']): type is readonly string[] {
  return Array.isArray(type);
}

/** "text, a number, or null" */
function either(phrases: readonly string[]): string {
  return `${phrases.slice(0, -1).join(', ')}, or ${phrases.at(-1) ?? ''}`;
}

function describeShort(schema: SchemaNode): string {
  return schema.type === 'object' ? 'a mapping' : describe(schema);
}

function describeMapping(schema: SchemaNode): string {
  const names = schema.required ?? Object.keys(schema.properties ?? {});
  return names.length === 0 ? 'a mapping' : `{ ${names.map((name) => `${name}: …`).join(', ')} }`;
}

function bounds({ minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  const from =
    minimum === undefined
      ? exclusiveMinimum === undefined
        ? ''
        : ` above ${exclusiveMinimum}`
      : ` from ${minimum}`;
  return `${from}${maximum === undefined ? '' : `${from === '' ? ' up' : ''} to ${maximum}`}`;
}

export function oneOf(words: readonly string[]): string {
  return words.length === 1 ? listing(words, 'or') : `one of ${listing(words, 'or')}`;
}

/** "a mapping", "the text "x"", "the number 5". */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text ${show(value)}`;
  return typeof value === 'number' ? `the number ${value}` : show(value);
}

const unitNames: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  milliseconds: 'ms',
  msec: 'ms',
  millis: 'ms',
  ms: 'ms',
  second: 's',
  seconds: 's',
  sec: 's',
  secs: 's',
  s: 's',
  minute: 'm',
  minutes: 'm',
  min: 'm',
  mins: 'm',
  m: 'm',
  hour: 'h',
  hours: 'h',
  hr: 'h',
  hrs: 'h',
  h: 'h',
  day: 'd',
  days: 'd',
  d: 'd',
};

/** How a quantity that is none was probably meant, as it should be written. */
export function meantQuantity(unit: Unit, value: unknown): string | undefined {
  const text = String(value).trim();
  const candidate =
    unit === 'duration' || unit === 'span'
      ? meantDuration(text)
      : unit === 'size'
        ? meantSize(text)
        : meantShare(unit, text);
  return candidate !== undefined && parseQuantity(unit, candidate).ok ? candidate : undefined;
}

function meantDuration(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)\.?$/.exec(text);
  if (match === null) return undefined;
  const [, digits = '', word = ''] = match;
  if (word === '') return `${digits}s`;
  const unit = unitNames[word.toLowerCase()];
  return unit === undefined ? undefined : `${digits}${unit}`;
}

/** Two letters or three, and any case: 100 mib is 100MB here. */
function meantSize(text: string): string | undefined {
  const [, digits = '', letter = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?(?:b|bytes?)?$/i.exec(text) ?? [];
  return digits === '' ? undefined : `${digits}${letter === '' ? 'MB' : `${letter.toUpperCase()}B`}`;
}

function meantShare(unit: Unit, text: string): string | undefined {
  const match = /^([+-]?)(%?)\s*(\d*\.?\d+)\s*(%|percent|points?|pp|percentage points?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, , leading = '', digits = '', word = ''] = match;
  const bare = leading === '' && word === '';
  const number = Number(digits);
  const percent = bare && number < 1 && number > 0 ? Number((number * 100).toPrecision(6)) : number;
  if (unit === 'points') return `+${percent} points`;
  return unit === 'increase' ? `+${percent}%` : `${percent}%`;
}

/** "in a dependency.error fault", "in "abort"", "at the top of the file". */
export function placeOf(value: Readonly<Record<string, unknown>>, path: Path): string {
  for (const tag of ['kind', 'signal']) {
    const text = value[tag];
    if (typeof text === 'string' && text.length <= 40)
      return `in ${tag === 'kind' ? 'the fault' : 'the signal'} ${text}`;
  }
  const name = path.findLast((part) => typeof part === 'string');
  return name === undefined ? 'at the top level of the file' : `in "${name}"`;
}
