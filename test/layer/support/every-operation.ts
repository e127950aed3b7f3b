import { NormalizedSchema } from '@smithy/core/schema';
import type { OutboundCall } from '../../../src/layer/calls/call.ts';
import { interceptNodeHttp } from '../../../src/layer/intercept/node-http.ts';
import type { KnownService } from '../../../src/layer/aws/resources.ts';
import { unconditional } from './faulted.ts';
import { clientOptions, clients } from './aws-calls.ts';

/** A call as the layer sees it: its head, and its body. */
export interface SeenCall {
  readonly call: OutboundCall;
  readonly body: string;
}

/** Every operation that the client of a service has. */
export function operationsIn(service: KnownService): string[] {
  return Object.keys(clients[service]).flatMap((name) =>
    name.endsWith('Command') && name !== '$Command' ? [name.replace(/Command$/, '')] : [],
  );
}

/** What the real client sends for an operation, with the members that it asks for, and those that are given. */
export async function sentFor(
  service: KnownService,
  operation: string,
  given: Readonly<Record<string, unknown>> = {},
  options: object = {},
): Promise<SeenCall> {
  const sdk: Record<string, unknown> = { ...clients[service] };
  const Command = construct(sdk[`${operation}Command`]);
  const schema: unknown = sdk[`${operation}$`];
  const wanted = NormalizedSchema.of(inputOf(schema));
  const input = {
    ...Object(required(wanted)),
    ...(membersOf(service, operation).includes('Body') ? { Body: 'x' } : {}),
    ...given,
  };
  const client = clientOf(service, options);
  return seen(async () => Reflect.apply(client['send'] as never, client, [new Command(input)]));
}

const made = new Map<KnownService, Record<string, unknown>>();

function clientOf(service: KnownService, options: object): Record<string, unknown> {
  const known = made.get(service);
  if (known !== undefined && Object.keys(options).length === 0) return known;
  const found = Object.entries(clients[service]).find(([name]) => /^[A-Z][A-Za-z0-9]*Client$/.test(name));
  const Client = construct(found?.[1]);
  const client = new Client({ ...clientOptions(), maxAttempts: 1, retryStrategy: undefined, ...options });
  if (Object.keys(options).length === 0) made.set(service, client);
  return client;
}

/** The first call that some work makes; it is answered with nothing. */
export async function seen(work: () => Promise<unknown>): Promise<SeenCall> {
  const calls: SeenCall[] = [];
  const restore = interceptNodeHttp({
    consider: (call) => ({
      needsBody: true,
      mayBeAnswered: true,
      decide: (body) => {
        calls.push({ call, body });
        return unconditional({
          delayMs: 0,
          delayedBy: [],
          answer: { status: 500, headers: {}, body: '' },
          unreachable: undefined,
          endedBy: 'f1',
        });
      },
    }),
  });
  const failure: unknown = await work().catch((error: unknown) => error);
  restore();
  const [first] = calls;
  if (first === undefined) throw new Error('nothing was sent', { cause: failure });
  return first;
}

type Constructor = new (argument: object) => Record<string, unknown>;

function construct(value: unknown): Constructor {
  if (typeof value !== 'function') throw new Error(`${String(value)} is no class of the SDK`);
  return value as Constructor;
}

function inputOf(operation: unknown): never {
  const input: unknown = Array.isArray(operation) ? operation[4] : undefined;
  return (typeof input === 'function' ? (input as () => unknown)() : input) as never;
}

/** The members of an operation's input. */
export function membersOf(service: KnownService, operation: string): string[] {
  const schema: unknown = Reflect.get(clients[service], `${operation}$`);
  const input = NormalizedSchema.of(inputOf(schema));
  return input.isStructSchema() ? [...input.structIterator()].map(([name]) => name) : [];
}

/** The least that a member of this schema can be. */
function required(schema: NormalizedSchema): unknown {
  if (schema.isStructSchema()) {
    const count = Number((schema.getSchema() as unknown[])[6] ?? 0);
    const members = [...schema.structIterator()].slice(0, count);
    return Object.fromEntries(members.map(([name, member]) => [name, required(member)]));
  }
  if (schema.isUnionSchema?.() === true) {
    const [first] = schema.structIterator();
    return first === undefined ? {} : { [first[0]]: required(first[1]) };
  }
  if (schema.isListSchema()) return [required(schema.getValueSchema())];
  if (schema.isMapSchema()) return { x: required(schema.getValueSchema()) };
  if (schema.isBlobSchema()) return new Uint8Array([1]);
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 1;
  if (schema.isTimestampSchema()) return new Date(0);
  return 'x';
}
