// The schema documents, and the two views of them: as authored (units are text) and as resolved (units are numbers).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = { [key: string]: Json };

export interface Schemas {
  /** Every document as authored, by its $id, the composed unions included. */
  documents: Map<string, Schema>;
  /** The same with every quantity a number. */
  resolved: Map<string, Schema>;
  faultKinds: string[];
  inFunctionKinds: string[];
  controlPlaneKinds: string[];
  signalKinds: string[];
  /** Messages and events that are taken or sent. */
  events: string[];
}

const resolvedUnits: Schema = {
  $id: 'inoculate:units',
  $defs: {
    duration: { type: 'number', minimum: 0, maximum: 366 * 86_400_000, tsType: 'Millis', unit: 'duration' },
    share: { type: 'number', minimum: 0, maximum: 1, tsType: 'Fraction', unit: 'share' },
    points: { type: 'number', minimum: 0, maximum: 1, tsType: 'Fraction', unit: 'points' },
    increase: { type: 'number', minimum: 0, maximum: 1000, tsType: 'Fraction', unit: 'increase' },
    size: { type: 'integer', minimum: 1, maximum: 1024 ** 4, tsType: 'Bytes', unit: 'size' },
    span: {
      type: 'object',
      additionalProperties: false,
      required: ['ms'],
      properties: { ms: { type: 'number', minimum: 0, maximum: 366 * 86_400_000 } },
      tsType: '{ ms: Millis }',
      unit: 'span',
    },
    amount: { oneOf: [{ type: 'number' }, { $ref: '#/$defs/span' }] },
  },
};

export function loadSchemas(folder: string): Schemas {
  const documents = new Map<string, Schema>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.schema.json') || file.startsWith('published')) continue;
    const document = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema;
    documents.set(idOf(document), document);
  }
  const kinds = (prefix: string): string[] =>
    [...documents.keys()].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
  const faultKinds = kinds('inoculate:faults/');
  const placed = (placement: string): string[] =>
    faultKinds.filter((kind) => documents.get(`inoculate:faults/${kind}`)?.['placement'] === placement);
  const inFunctionKinds = placed('in-function');
  const controlPlaneKinds = placed('control-plane');
  const nowhere = faultKinds.filter((kind) => ![...inFunctionKinds, ...controlPlaneKinds].includes(kind));
  if (nowhere.length > 0) throw new Error(`Neither in-function nor control-plane: ${nowhere.join(', ')}`);
  const signalKinds = kinds('inoculate:signals/');
  documents.set('inoculate:fault', union('inoculate:fault', 'kind', 'inoculate:faults/', faultKinds));
  documents.set(
    'inoculate:in-function-fault',
    union('inoculate:in-function-fault', 'kind', 'inoculate:faults/', inFunctionKinds),
  );
  documents.set('inoculate:signal', union('inoculate:signal', 'signal', 'inoculate:signals/', signalKinds));
  const resolved = new Map(documents).set('inoculate:units', resolvedUnits);
  const events = kinds('inoculate:events/');
  return { documents, resolved, faultKinds, inFunctionKinds, controlPlaneKinds, signalKinds, events };
}

function idOf(document: Schema): string {
  const { $id } = document;
  if (typeof $id !== 'string')
    throw new Error(`A schema without an $id: ${JSON.stringify(document).slice(0, 80)}`);
  return $id;
}

function union($id: string, propertyName: string, prefix: string, kinds: string[]): Schema {
  return {
    $id,
    type: 'object',
    required: [propertyName],
    discriminator: { propertyName },
    oneOf: kinds.map((kind) => ({ $ref: prefix + kind })),
  };
}

/** The schema with every $ref replaced by what it points to; siblings of a $ref win. No schema here is recursive. */
export function inline(documents: Map<string, Schema>, schema: Json, base: Schema): Json {
  if (Array.isArray(schema)) return schema.map((item) => inline(documents, item, base));
  if (schema === null || typeof schema !== 'object') return schema;
  const { $ref, $defs, ...own } = schema;
  void $defs;
  const rest = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, inline(documents, value, base)]),
  );
  if (typeof $ref !== 'string') return rest;
  const [id = '', pointer = ''] = $ref.split('#');
  const document = id === '' ? base : documents.get(id);
  if (document === undefined) throw new Error(`Schema ${idOf(base)}: unknown $ref ${$ref}`);
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((node, key) => (node as Schema | undefined)?.[key], document);
  if (found === undefined) throw new Error(`Schema ${idOf(base)}: $ref ${$ref} points nowhere`);
  return { ...(inline(documents, found, document) as Schema), ...rest };
}

export function inlined(documents: Map<string, Schema>, id: string): Schema {
  const document = documents.get(id);
  if (document === undefined) throw new Error(`No schema ${id}`);
  return inline(documents, document, document) as Schema;
}
