import { suggest } from '../../core/suggest.ts';
import { faultSchemas, type SchemaNode } from '../../generated/catalogue.ts';
import type { FaultKind } from '../../generated/types.ts';
import { type Command, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../help.ts';
import { oneOf } from '../input/words.ts';
import { exampleOf, type Parameter, parametersOf } from './fault-parameters.ts';

const kinds = Object.keys(faultSchemas).filter(isKind);

export const faults: Command = {
  name: 'faults',
  summary: 'List the kinds of faults, or tell all about one',
  usage: '[KIND]',
  arity: [0, 1],
  details: `  inoculate faults
  inoculate faults dependency.error`,
  options: { json: { type: 'flag', description: 'machine-readable: one JSON object' } },
  run(input, { stdout }) {
    const [kind] = input.args;
    if (kind !== undefined && !isKind(kind)) {
      const meant = suggest(kind, kinds);
      const help = meant === undefined ? oneOf(kinds) : `did you mean "${meant}"?`;
      throw new UsageError(`There is no kind of fault "${kind}"`, help);
    }
    const chosen = kind === undefined ? kinds : [kind];
    if (input.flag('json')) stdout.write(`${JSON.stringify({ faults: chosen.map(asJson) }, null, 2)}\n`);
    else stdout.write(kind === undefined ? list() : detail(kind));
    return exitCodes.held;
  },
};

function isKind(text: string): text is FaultKind {
  return Object.hasOwn(faultSchemas, text);
}

function list(): string {
  const rows = kinds.map((kind): [string, string] => [kind, faultSchemas[kind].title ?? '']);
  return `${table(rows)}\n\ninoculate faults KIND tells the parameters of one.\n`;
}

function detail(kind: FaultKind): string {
  const schema = faultSchemas[kind];
  const parameters = parametersOf(schema);
  const example = exampleOf(kind, schema)
    .map((line) => `  ${line}`)
    .join('\n');
  return `${kind}: ${schema.title ?? ''}

${schema.description ?? ''}
Where: ${schema.placement === 'in-function' ? 'inside the function, for the experimental group only' : 'the configuration on AWS'}

Parameters:
${parameters.map(paragraph).join('\n')}
${rules(schema)}
Example:
${example}
`;
}

function paragraph({ name, required, expects, description, fallback }: Parameter): string {
  const head = `  ${name}${required ? ' (required)' : ''}: ${expects}`;
  const rest = [description, fallback === undefined ? undefined : `Without it: ${fallback}.`].filter(
    (text) => text !== undefined && text !== '',
  );
  return rest.length === 0 ? head : `${head}\n      ${rest.join(' ')}`;
}

function rules(schema: SchemaNode): string {
  const some = (schema.anyOf ?? []).map((branch) => (branch.required ?? []).join(' and '));
  if (some.length > 0) return `\nGive at least one of ${some.join(', ')}.\n`;
  const groups = (schema.oneOf ?? []).map((branch) => (branch.required ?? []).join(' and '));
  return groups.length === 0 ? '' : `\nGive either ${groups.join(', or ')}.\n`;
}

function asJson(kind: FaultKind): object {
  const schema = faultSchemas[kind];
  return {
    kind,
    title: schema.title,
    description: schema.description,
    placement: schema.placement,
    parameters: parametersOf(schema),
    either: (schema.oneOf ?? []).map((branch) => branch.required ?? []),
    example: exampleOf(kind, schema).join('\n'),
  };
}
