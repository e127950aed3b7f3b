import { inlined, type Schema, type Schemas } from './schemas.ts';
import { declare, typeName, unionType } from './types.ts';

/** How a quantity is written in TypeScript, so that a forgotten unit is seen while typing. Other units are any text. */
const quantities: Readonly<Record<string, { readonly name: string; readonly text: string }>> = {
  duration: {
    name: 'Duration',
    text: '/** A length of time with its unit: 800ms, 5s, 10m. */\nexport type Duration =\n  | `${number}ms`\n  | `${number}s`\n  | `${number}m`\n  | `${number}h`\n  | `${number}m ${number}s`;',
  },
  share: {
    name: 'Share',
    text: '/** A share with a percent sign, from 0.0001% to 100%. */\nexport type Share = `${number}%` | `${number} %`;',
  },
};

/**
 * Types of the in-function faults as people write them, with units, for who writes them in TypeScript. A test has no
 * targets: `target` may be left out.
 */
export async function generateAuthored(schemas: Schemas, banner: string): Promise<Map<string, string>> {
  const documents = new Map(schemas.documents).set('inoculate:units', named(schemas));
  const parts = [banner, ...Object.values(quantities).map(({ text }) => `${text}\n`)];
  for (const kind of schemas.inFunctionKinds) {
    const schema = inlined(documents, `inoculate:faults/${kind}`);
    const { required } = schema;
    const needed = Array.isArray(required) ? required.filter((name) => name !== 'target') : [];
    parts.push(await declare({ ...schema, required: needed }, `Authored${typeName(kind)}Fault`));
  }
  const union = unionType('AuthoredInFunctionFault', schemas.inFunctionKinds, 'Fault');
  parts.push(union.replaceAll('  | ', '  | Authored'));
  return new Map([['src/generated/authored.ts', parts.join('\n')]]);
}

function named(schemas: Schemas): Schema {
  const units = schemas.documents.get('inoculate:units');
  const defs = units?.['$defs'];
  if (typeof defs !== 'object' || defs === null || Array.isArray(defs)) throw new Error('There are no units');
  const typed = Object.entries(defs).map(([name, definition]): [string, Schema] => {
    const schema = definition as Schema;
    const quantity = quantities[name];
    return [name, quantity === undefined ? schema : { ...schema, tsType: quantity.name }];
  });
  return { ...units, $defs: Object.fromEntries(typed) };
}
