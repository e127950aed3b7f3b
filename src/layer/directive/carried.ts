import { isHttp, sourceOf } from '../event/source.ts';
import { DIRECTIVE_ATTRIBUTE, DIRECTIVE_HEADER } from './token.ts';

/**
 * The directives that an invocation carries: one for each record of a batch of messages, undefined where a record has
 * none; a single one for everything else. Undefined where nothing carries any. Two on one request become one text with
 * a comma, as in HTTP, which no directive is: it would not be clear which is meant.
 */
export function carriedBy(event: unknown, context: unknown): readonly (string | undefined)[] | undefined {
  const given = clientContext(context);
  const found = fromEvent(event);
  const carried = given.length === 0 ? found.map(joined) : [joined([...given, ...found.flat()])];
  return carried.some((token) => token !== undefined) ? carried : undefined;
}

/** Each request or record with what it carries. */
function fromEvent(event: unknown): readonly (readonly string[])[] {
  const source = sourceOf(event);
  if (isHttp(source)) return [[...headers(event, 'headers'), ...headers(event, 'multiValueHeaders')]];
  const records: unknown = member(event, 'Records');
  if (!Array.isArray(records)) return [];
  if (source === 'sqs') return records.map((record) => attribute(record, 'messageAttributes', 'stringValue'));
  if (source === 'sns') {
    return records.map((record) => attribute(member(record, 'Sns'), 'MessageAttributes', 'Value'));
  }
  return [];
}

/** An Application Load Balancer sends either of the two, API Gateway's REST APIs send both. */
function headers(event: unknown, name: 'headers' | 'multiValueHeaders'): string[] {
  const all = member(event, name);
  if (typeof all !== 'object' || all === null) return [];
  return Object.entries(all)
    .filter(([header]) => header.toLowerCase() === DIRECTIVE_HEADER)
    .flatMap(([, value]) => texts(value));
}

function attribute(message: unknown, attributes: string, value: string): string[] {
  return texts(member(member(member(message, attributes), DIRECTIVE_ATTRIBUTE), value));
}

/** What the caller of a direct invocation gave along. The runtime hands it on as it was written: both spellings are. */
function clientContext(context: unknown): string[] {
  const given = member(context, 'clientContext');
  return ['Custom', 'custom'].flatMap((name) => texts(member(member(given, name), DIRECTIVE_HEADER)));
}

function texts(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((text) => typeof text === 'string');
}

/** The same one twice is one: API Gateway repeats each header among those with several values. */
function joined(tokens: readonly string[]): string | undefined {
  return tokens.length === 0 ? undefined : [...new Set(tokens)].join(',');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
