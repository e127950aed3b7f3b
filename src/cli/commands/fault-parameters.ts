import { stringify } from 'yaml';
import { isUnit, type Unit } from '../../core/units.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';
import { describe } from '../input/words.ts';

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  /** What it takes: "a share with a percent sign, such as 5%". */
  readonly expects: string;
  readonly description: string;
  /** What holds without it, where the schema says so. */
  readonly fallback?: string;
}

/** What a kind of fault takes, required parameters first. */
export function parametersOf(schema: SchemaNode): Parameter[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, part]) => parameter(name, required.has(name), part))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function parameter(name: string, required: boolean, part: SchemaNode): Parameter {
  // Schemas tell a default as the last sentence of a description.
  const [, description = '', fallback] =
    /^(.*?)(?:\s*Without it: (.*?)\.?)?$/s.exec(part.description ?? '') ?? [];
  return {
    name,
    required,
    expects: describe(part),
    description,
    ...(fallback === undefined ? {} : { fallback }),
  };
}

const quantities: Readonly<Record<Unit, string>> = {
  duration: '400ms',
  span: '10m',
  share: '50%',
  points: '+0.5 points',
  increase: '+10%',
  size: '100MB',
};

/**
 * A fault of this kind as it stands in a file: the schema's own example; without one, what is required, and the first of
 * the alternatives.
 */
export function exampleOf(kind: string, schema: SchemaNode, target = 'checkout'): string[] {
  const [given] = schema.examples ?? [];
  if (typeof given === 'object')
    return stringify([{ kind, target, ...given }])
      .trimEnd()
      .split('\n');
  const [alternative] = schema.oneOf ?? schema.anyOf ?? [];
  const names = [...(schema.required ?? []), ...(alternative?.required ?? []), 'rate'].filter(
    (name) => name !== 'kind',
  );
  const lines = names.flatMap((name) => {
    const part = schema.properties?.[name];
    return part === undefined ? [] : [`  ${name}: ${name === 'target' ? target : sample(part)}`];
  });
  return [`- kind: ${kind}`, ...lines];
}

function sample(part: SchemaNode): string {
  if (isUnit(part.unit)) return part.least ?? quantities[part.unit];
  const [branch] = part.oneOf ?? [];
  if (branch !== undefined) return sample(branch);
  if (part.items !== undefined) return `[${sample(part.items)}]`;
  const [example] = part.examples ?? [];
  if (typeof example === 'object') return JSON.stringify(example);
  return String(example ?? part.enum?.[0] ?? part.minimum ?? part.title ?? '…');
}
