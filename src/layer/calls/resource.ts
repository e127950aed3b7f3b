import { operationsOf } from '../aws/operations.ts';
import { isKnownService, resourceFacts, type KnownService } from '../aws/resources.ts';

/** A resource as a request or a file names it; what a bare name leaves out is undefined. */
interface Named {
  readonly name: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly isArn: boolean;
}

/** Whether two names, ARNs or URLs mean the same resource, as far as both say. */
export function sameResource(service: KnownService, a: string, b: string): boolean {
  const left = readName(service, a);
  const right = readName(service, b);
  if (left === undefined || right === undefined) return false;
  return (
    sameName(service, left, right) && agree(left.region, right.region) && agree(left.account, right.account)
  );
}

function agree(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function sameName(service: KnownService, a: Named, b: Named): boolean {
  if (a.name === b.name) return true;
  // The ARN of a secret ends in six characters that its name does not have.
  return service === 'secretsmanager' && (isWithSuffix(a, b) || isWithSuffix(b, a));
}

function isWithSuffix(arn: Named, plain: Named): boolean {
  return (
    arn.isArn &&
    /^-[A-Za-z0-9]{6}$/.test(arn.name.slice(plain.name.length)) &&
    arn.name.startsWith(plain.name)
  );
}

/** What a name, an ARN or a queue's URL says; undefined where it is an ARN of something else. */
export function readName(service: KnownService, text: string): Named | undefined {
  const [, arnService, region, account, rest = ''] =
    /^arn:[^:]+:([^:]*):([^:]*):([^:]*):(.+)$/.exec(text) ?? [];
  if (arnService !== undefined) {
    const found = arnService === service ? resourceFacts[service].inArn.exec(rest) : null;
    const name = found?.[1] ?? found?.[2];
    if (name === undefined) return undefined;
    return {
      name: bare(service, name),
      region: region || undefined,
      account: account || undefined,
      isArn: true,
    };
  }
  const url = service === 'sqs' ? /^https?:\/\/([^/]+)\/(?:.*\/)?(\d{12})\/([^/]+)$/.exec(text) : null;
  if (url !== null) {
    const urlRegion = /^(?:sqs\.)?([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(url[1] ?? '')?.[1];
    return { name: url[3] ?? '', region: urlRegion, account: url[2], isArn: false };
  }
  return { name: bare(service, text), region: undefined, account: undefined, isArn: false };
}

/** Without a version, an alias, a label or the slash that some write before a name. */
function bare(service: KnownService, name: string): string {
  if (service === 'lambda') return (/(?:^|:)function:([^:]+)/.exec(name)?.[1] ?? name).replace(/:.*$/, '');
  if (service === 'ssm') return name.replace(/^\//, '').replace(/:.*$/, '');
  return name;
}

type Parameters = (member: string) => unknown;

/**
 * Whether a request's body names a resource.
 *
 * @param parameters the body's members, by their names
 */
export function bodyNames(
  service: string,
  operation: string | undefined,
  parameters: Parameters,
  resource: string,
): boolean {
  if (!isKnownService(service)) return false;
  if (operation !== undefined && operationsOf(service).get(operation) === false) return false;
  const isSame = (name: unknown): boolean =>
    typeof name === 'string' && sameResource(service, name, resource);
  if (service === 'events') return namedBuses(operation, parameters).some(isSame);
  if (service === 'ssm') return namesParameter(parameters, resource);
  return resourceFacts[service].members.flatMap((member) => namesIn(parameters(member))).some(isSame);
}

/** Names, in lists of them, as keys of a map, or one level down in each item of a transaction. */
function namesIn(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      isMapping(item) ? Object.values(item).map((action) => get(action, 'TableName')) : [item],
    );
  }
  return isMapping(value) ? Object.keys(value) : [value];
}

/** Where no bus is named it is the default one. */
function namedBuses(operation: string | undefined, parameters: Parameters): unknown[] {
  const entries = parameters('Entries');
  if (Array.isArray(entries)) return entries.map((entry: unknown) => get(entry, 'EventBusName') ?? 'default');
  if (operation !== undefined && /EventBus$/.test(operation)) return [parameters('Name') ?? 'default'];
  return [parameters('EventBusName') ?? 'default'];
}

function namesParameter(parameters: Parameters, resource: string): boolean {
  const wanted = readName('ssm', resource)?.name;
  if (wanted === undefined) return false;
  const path = parameters('Path');
  if (typeof path === 'string') return `/${wanted}`.startsWith(path.endsWith('/') ? path : `${path}/`);
  return [parameters('Name'), ...namesIn(parameters('Names'))].some(
    (name) => typeof name === 'string' && sameResource('ssm', name, resource),
  );
}

/** The members of a body: JSON, or the form of the Query protocol. */
export function readParameters(body: string): Parameters {
  if (/^\s*\{/.test(body)) {
    let request: unknown;
    try {
      request = JSON.parse(body);
    } catch {
      return () => undefined; // not JSON after all: nothing in it can be named in a fault
    }
    return (member) => get(request, member);
  }
  const form = new URLSearchParams(body);
  return (member) => form.get(member) ?? undefined;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function get(value: unknown, key: string): unknown {
  return isMapping(value) ? value[key] : undefined;
}
