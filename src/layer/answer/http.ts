import { STATUS_CODES } from 'node:http';
import type { EventSource } from '../event/source.ts';

/** An HTTP answer as an experiment writes it. */
export interface HttpAnswer {
  readonly status: number;
  /** Several values of one name are sent one by one where the event source can do that. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** An answer in the streamed protocol: its metadata come first, then its body. */
export interface StreamedAnswer {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The answer in the shape that the event source of an invocation documents; undefined where none speaks HTTP. */
export function answerFor(source: EventSource, event: unknown, answer: HttpAnswer): unknown {
  const { status, body } = answer;
  const values = valuesOf(answer);
  const common = { statusCode: status, body, isBase64Encoded: false };
  switch (source) {
    case 'api-gateway-v1':
      return { ...common, ...singleAndMultiple(values) };
    case 'api-gateway-v2':
    case 'function-url':
      return { ...common, ...combinedWithCookies(values) };
    case 'alb':
      return {
        ...common,
        statusDescription: `${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
        ...(hasMultiValueHeaders(event)
          ? { multiValueHeaders: Object.fromEntries(values) }
          : lastOnly(values)),
      };
    default:
      return undefined;
  }
}

/** The same for a handler that streams; undefined where no streamed protocol is documented for the event source. */
export function streamedAnswerFor(source: EventSource, answer: HttpAnswer): StreamedAnswer | undefined {
  const { status, body } = answer;
  const values = valuesOf(answer);
  if (source === 'function-url')
    return { metadata: { statusCode: status, ...combinedWithCookies(values) }, body };
  if (source === 'api-gateway-v1')
    return { metadata: { statusCode: status, ...singleAndMultiple(values) }, body };
  return undefined;
}

type Values = ReadonlyMap<string, readonly string[]>;

/** All headers, each with its list of values; with a content type where the experiment names none. */
function valuesOf({ headers, body }: HttpAnswer): Values {
  const values = new Map(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  );
  const typed = [...values.keys()].some((name) => name.toLowerCase() === 'content-type');
  if (!typed && body !== '') values.set('content-type', [typeOf(body)]);
  return values;
}

/** What a body written without a content type is. */
function typeOf(body: string): string {
  return /^\s*[[{]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8';
}

/** REST APIs merge both lists, so that each name stands in one of them. */
function singleAndMultiple(values: Values): Readonly<Record<string, unknown>> {
  const several = [...values].filter(([, list]) => list.length > 1);
  const headers = [...values].flatMap(([name, list]) =>
    list.length === 1 ? [[name, list[0]] as const] : [],
  );
  return {
    headers: Object.fromEntries(headers),
    ...(several.length === 0 ? {} : { multiValueHeaders: Object.fromEntries(several) }),
  };
}

/** Format 2.0 has one value for each name, and cookies of their own. */
function combinedWithCookies(values: Values): Readonly<Record<string, unknown>> {
  const isCookie = (name: string): boolean => name.toLowerCase() === 'set-cookie';
  const headers = [...values]
    .filter(([name]) => !isCookie(name))
    .map(([name, list]) => [name, list.join(', ')]);
  const cookies = [...values].flatMap(([name, list]) => (isCookie(name) ? list : []));
  return { headers: Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { cookies }) };
}

/** A load balancer without multi-value headers uses the last value of a name. */
function lastOnly(values: Values): Readonly<Record<string, unknown>> {
  return { headers: Object.fromEntries([...values].map(([name, list]) => [name, list.at(-1) ?? ''])) };
}

/** A target group with multi-value headers sends them so, and takes only answers that have them, too. */
function hasMultiValueHeaders(event: unknown): boolean {
  return typeof event === 'object' && event !== null && Object.hasOwn(event, 'multiValueHeaders');
}
