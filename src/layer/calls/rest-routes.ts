import { awsModels } from '../../generated/aws-models.ts';
import type { OutboundCall } from './call.ts';

/** How a REST API tells one operation from the others. */
interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  /** What must stand in the query, as `name` or `name=value`. */
  readonly query: readonly string[];
  /** Headers that must be there. */
  readonly headers: readonly string[];
}

/** An operation, and what stood in the labels of its path. */
export interface RestCall {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
}

const tables = new Map<string, readonly Route[]>();

function routesOf(service: 'lambda' | 's3'): readonly Route[] {
  let routes = tables.get(service);
  if (routes === undefined) {
    routes = awsModels[service].operations.split('\n').map(readRoute);
    tables.set(service, routes);
  }
  return routes;
}

function readRoute(line: string): Route {
  const [operation = '', method = '', template = '', ...conditions] = line.split(' ');
  const labels = [...template.matchAll(/\{(\w+)\+?\}/g)].map(([, label = '']) => label);
  const pattern = template
    .replace(/\/$/, '')
    .replace(/\{\w+\+\}/g, '(.+)')
    .replace(/\{\w+\}/g, '([^/]+)');
  return {
    operation,
    method,
    path: new RegExp(`^${pattern}/?$`),
    labels,
    query: conditions.filter((condition) => !condition.startsWith(':')),
    headers: conditions
      .filter((condition) => condition.startsWith(':'))
      .map((condition) => condition.slice(1)),
  };
}

/**
 * The operation of a request to a REST API: of those whose method and path fit, the one that asks the most of query and
 * headers and gets it.
 *
 * @param path without what is not the API's, such as the bucket in a path of S3
 */
export function restCallOf(service: 'lambda' | 's3', call: OutboundCall, path: string): RestCall | undefined {
  const [bare = '', query = ''] = path.split('?');
  const given = query === '' ? [] : query.split('&');
  const said = given.find((part) => part.startsWith('x-id='));
  let best: { readonly route: Route; readonly match: RegExpExecArray; readonly asks: number } | undefined;
  for (const route of routesOf(service)) {
    const match = route.method === call.method ? route.path.exec(bare) : null;
    if (match === null || !asked(route, call, given, said)) continue;
    const asks = route.query.filter((part) => !part.startsWith('x-id=')).length + route.headers.length;
    if (best === undefined || asks > best.asks) best = { route, match, asks };
  }
  if (best === undefined) return undefined;
  const { route, match } = best;
  const labels = route.labels.map((label, index) => [label, decodeURIComponent(match[index + 1] ?? '')]);
  return { operation: route.operation, labels: Object.fromEntries(labels) as Record<string, string> };
}

/** The AWS SDK says the operation in `x-id`; others do not have to. */
function asked(
  route: Route,
  call: OutboundCall,
  given: readonly string[],
  said: string | undefined,
): boolean {
  return (
    route.query.every((part) => {
      if (part.startsWith('x-id=')) return said === undefined || said === part;
      return given.some((one) => one === part || (!part.includes('=') && one.startsWith(`${part}=`)));
    }) && route.headers.every((name) => call.header(name) !== undefined)
  );
}
