/** What handed an invocation its event. `direct` is everything that has none of the known shapes. */
export type EventSource =
  | 'api-gateway-v1'
  | 'api-gateway-v2'
  | 'function-url'
  | 'alb'
  | 'sqs'
  | 'kinesis'
  | 'dynamodb-stream'
  | 'sns'
  | 's3'
  | 'eventbridge'
  | 'direct';

/** The sources of batches by the `eventSource` (SNS: `EventSource`) of their records. */
const recordSources: ReadonlyMap<string, EventSource> = new Map([
  ['aws:sqs', 'sqs'],
  ['aws:kinesis', 'kinesis'],
  ['aws:dynamodb', 'dynamodb-stream'],
  ['aws:sns', 'sns'],
  ['aws:s3', 's3'],
]);

/** The source of an event, by the shapes that AWS documents; never throws, whatever the event is. */
export function sourceOf(event: unknown): EventSource {
  try {
    return sourceByShape(event);
  } catch {
    return 'direct'; // no event of AWS refuses to be looked at
  }
}

function sourceByShape(event: unknown): EventSource {
  const [record] = listOf(get(event, 'Records'));
  if (record !== undefined)
    return recordSources.get(textOf(record, 'eventSource') || textOf(record, 'EventSource')) ?? 'direct';
  const context = get(event, 'requestContext');
  if (context !== undefined) return httpSource(event, context);
  const isEvent = ['detail-type', 'source', 'detail'].every((name) => get(event, name) !== undefined);
  return isEvent ? 'eventbridge' : 'direct';
}

/** Somebody waits for an HTTP answer. */
export function isHttp(source: EventSource): boolean {
  return ['api-gateway-v1', 'api-gateway-v2', 'function-url', 'alb'].includes(source);
}

/** Nobody waits for the answer: Lambda itself repeats what fails, twice, and then gives it up. */
export function isAsynchronous(source: EventSource): boolean {
  return ['sns', 's3', 'eventbridge'].includes(source);
}

/** Records that an event source mapping has read and repeats where they fail. */
export function isBatch(source: EventSource): boolean {
  return ['sqs', 'kinesis', 'dynamodb-stream'].includes(source);
}

function httpSource(event: unknown, context: unknown): EventSource {
  // A Lambda authorizer is given nearly the same event, and answers with a policy.
  if (get(event, 'methodArn') !== undefined || get(event, 'routeArn') !== undefined) return 'direct';
  if (get(context, 'elb') !== undefined) return 'alb';
  if (get(context, 'http') !== undefined && get(event, 'version') === '2.0') {
    const domain = textOf(context, 'domainName');
    return domain.includes('.lambda-url.') ? 'function-url' : 'api-gateway-v2';
  }
  return get(event, 'httpMethod') === undefined ? 'direct' : 'api-gateway-v1';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function get(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function textOf(value: unknown, name: string): string {
  const text = get(value, name);
  return typeof text === 'string' ? text : '';
}
