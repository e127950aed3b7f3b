import { resolveUnits } from '../../core/units.ts';
import { suggest } from '../../core/suggest.ts';
import { faultSchemas } from '../../generated/catalogue.ts';
import type { InFunctionFault } from '../../generated/types.ts';
import { validateFault } from '../../generated/validate-files.js';
import { validateInFunctionFault } from '../../generated/validate-resolved.js';
import { inFunctionFaults } from '../../layer/faults/index.ts';
import { moduleOf } from '../../layer/faults/of.ts';
import { UsageError } from '../command.ts';
import { oneOf } from '../input/words.ts';

/** What may follow each kind, for help texts. */
export const faultForms = `  invocation.latency:800ms
  invocation.error:PaymentFailed
  dependency.latency:dynamodb:500ms
  dependency.error:dynamodb/GetItem,Query:ProvisionedThroughputExceededException
  dependency.error:payments.example.com:503
  sandbox.memory:80%
  sandbox.cpu:load=50%:threads=2
  invocation.response:503
  invocation.corrupt:body.total:drop
  invocation.batch:fail=20%
  dependency.unreachable:db.internal:5432:refused
  dependency.region-outage:eu-west-1`;

/** A fault in one word of a command line: the kind, where it works if it needs that, and what it does. */
export function parseFaultWords(text: string, target: string): InFunctionFault {
  const [kind = '', ...rest] = text.split(':');
  if (!isInFunction(kind)) throw unknownKind(kind);
  const written = { kind, target, ...parametersOf(kind, rest) };
  if (!validateFault(written)) throw malformed(text);
  const { value, problems } = resolveUnits(faultSchemas[kind], written);
  const [problem] = problems;
  if (problem !== undefined) throw new UsageError(`--fault ${text}: ${problem.message}`, problem.expected);
  if (!validateInFunctionFault(value)) throw malformed(text);
  const contradiction = moduleOf(value).problem(value);
  if (contradiction !== undefined) throw new UsageError(`--fault ${text}: ${contradiction}`);
  return value;
}

function parametersOf(kind: InFunctionFault['kind'], words: readonly string[]): object {
  switch (kind) {
    case 'invocation.latency':
      return { delay: words.join(':') };
    case 'invocation.error':
      return words.length === 0
        ? {}
        : { name: words[0], ...(words.length > 1 ? { message: words.slice(1).join(':') } : {}) };
    case 'dependency.latency':
      return { ...addressOf(words.slice(0, -1).join(':')), delay: words.at(-1) };
    case 'dependency.unreachable':
      return { ...placeOf(words.slice(0, -1).join(':')), how: words.at(-1) };
    case 'dependency.region-outage':
      return { region: words[0], ...(words.length > 1 ? { how: words.slice(1).join(':') } : {}) };
    case 'dependency.error': {
      const what = words.at(-1) ?? '';
      const address = words.slice(0, -1).join(':');
      // Only a service answers an error that has a name.
      return /^\d+$/.test(what)
        ? { ...addressOf(address), status: Number(what) }
        : { ...serviceOf(address), error: what };
    }
    case 'invocation.corrupt': {
      const [path = '', how = '', ...value] = words;
      return { path, with: how, ...(value.length > 0 ? { value: jsonOrText(value.join(':')) } : {}) };
    }
    default:
      return namedParameters(kind, words);
  }
}

/** What a word without a name stands for. */
const unnamed: { readonly [K in InFunctionFault['kind']]?: (word: string) => string } = {
  'invocation.response': () => 'status',
  'sandbox.memory': (word) => (word.endsWith('%') ? 'fill' : 'bytes'),
  'sandbox.disk': () => 'fill',
  'sandbox.cpu': () => 'load',
  'sandbox.exit': () => 'code',
  'sandbox.cold-start': () => 'every',
};

/** `load=50%`, `threads=2`; numbers and truth values where the schema has no text. */
function namedParameters(kind: InFunctionFault['kind'], words: readonly string[]): object {
  return Object.fromEntries(
    words.map((word): [string, unknown] => {
      const [, name = unnamed[kind]?.(word) ?? '', text = word] = /^([A-Za-z]+)=(.*)$/s.exec(word) ?? [];
      const { type } = faultSchemas[kind].properties?.[name] ?? {};
      if (type === 'boolean' && /^(true|false)$/.test(text)) return [name, text === 'true'];
      return [name, (type === 'integer' || type === 'number') && text !== '' ? Number(text) : text];
    }),
  );
}

/** `dynamodb/GetItem,Query`, or a host with or without a port. */
function addressOf(text: string): object {
  const [service = ''] = text.split('/');
  const services = faultSchemas['dependency.error'].properties?.['service']?.examples ?? [];
  if (!services.includes(service)) return { host: text };
  return serviceOf(text);
}

/** `logs`, or `dynamodb/GetItem,Query`. */
function serviceOf(text: string): object {
  const [service = '', operations] = text.split('/');
  return { service, ...(operations === undefined ? {} : { operations: operations.split(',') }) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A range of addresses, a port by itself, or a host with or without a port. */
function placeOf(text: string): object {
  if (/^\d+$/.test(text)) return { port: Number(text) };
  return text.includes('/') || text.split(':').length > 2 ? { cidr: text } : { host: text };
}

function malformed(text: string): UsageError {
  return new UsageError(`--fault ${text} is no fault`, `for instance\n${faultForms}`);
}

function unknownKind(kind: string): UsageError {
  const kinds = Object.keys(inFunctionFaults);
  const meant = suggest(kind, kinds);
  return new UsageError(
    `There is no kind of fault "${kind}"`,
    meant === undefined ? oneOf(kinds) : `did you mean "${meant}"?`,
  );
}

function isInFunction(kind: string): kind is InFunctionFault['kind'] {
  return Object.hasOwn(inFunctionFaults, kind);
}
