import * as apiGateway from '@aws-sdk/client-api-gateway';
import * as apiGatewayV2 from '@aws-sdk/client-apigatewayv2';
import * as lambda from '@aws-sdk/client-lambda';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import * as scheduler from '@aws-sdk/client-scheduler';

/** An operation of a REST service, and what its path says. */
export interface FoundOperation {
  readonly action: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Operation {
  readonly action: string;
  readonly method: string;
  readonly segments: readonly string[];
  /** What the query must hold; an empty value stands for any. */
  readonly query: readonly (readonly [string, string])[];
}

/** The SDK packages' own schemas say which method and path is which operation. By the service in the signature's scope. */
const operations: Readonly<Record<string, readonly Operation[]>> = {
  lambda: operationsOf(lambda),
  scheduler: operationsOf(scheduler),
  route53: operationsOf(route53),
  apigateway: [...operationsOf(apiGateway), ...operationsOf(apiGatewayV2)],
  // The bucket is part of the host there, and of the path here.
  s3: operationsOf(s3).map((operation) => ({ ...operation, segments: ['{Bucket}', ...operation.segments] })),
};

/** The operation of a REST call; undefined where the service is no REST service, or has no such call. */
export function findOperation(
  service: string,
  method: string,
  path: string,
  query: Readonly<Record<string, string>>,
): FoundOperation | undefined {
  const segments = segmentsOf(path).map((segment) => decodeURIComponent(segment));
  const [best] = (operations[service] ?? [])
    .filter((operation) => operation.method === method)
    .filter((operation) => fits(operation, segments, query))
    .sort((a, b) => specificity(b) - specificity(a));
  return best && { action: best.action, labels: labelsOf(best.segments, segments) };
}

/** All operations of a REST service. */
export function operationsOfService(service: string): readonly Operation[] {
  return operations[service] ?? [];
}

/** An operation's schema is `[9, namespace, name, { http: [method, path, status] }, input, output]`. */
function operationsOf(client: Readonly<Record<string, unknown>>): Operation[] {
  return Object.values(client).flatMap((value) => {
    if (!Array.isArray(value) || value[0] !== 9) return [];
    const [, , action, traits] = value as readonly unknown[];
    const http = typeof traits === 'object' && traits !== null && 'http' in traits ? traits.http : undefined;
    if (typeof action !== 'string' || !Array.isArray(http)) return [];
    const [method, template] = http as readonly unknown[];
    if (typeof method !== 'string' || typeof template !== 'string') return [];
    const [path = '', query = ''] = template.split('?');
    const pairs = [...new URLSearchParams(query)];
    return [{ action, method, segments: segmentsOf(path), query: pairs }];
  });
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

const isLabel = (segment: string): boolean => segment.startsWith('{');
const isGreedy = (segment: string): boolean => segment.endsWith('+}');

function fits(
  { segments, query: wanted }: Operation,
  given: readonly string[],
  query: Readonly<Record<string, string>>,
): boolean {
  const greedy = segments.at(-1);
  const sameLength =
    greedy !== undefined && isGreedy(greedy)
      ? given.length >= segments.length
      : given.length === segments.length;
  return (
    sameLength &&
    segments.every((segment, at) => isLabel(segment) || segment === given[at]) &&
    wanted.every(([name, value]) => name in query && (value === '' || query[name] === value))
  );
}

function specificity({ segments, query }: Operation): number {
  return query.length * 100 + segments.filter((segment) => !isLabel(segment)).length;
}

function labelsOf(template: readonly string[], given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    template.flatMap((segment, at) => {
      if (!isLabel(segment)) return [];
      const name = segment.replace(/^\{|\+?\}$/g, '');
      return [[name, isGreedy(segment) ? given.slice(at).join('/') : (given[at] ?? '')] as const];
    }),
  );
}
