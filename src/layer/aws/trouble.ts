import { readName } from '../calls/resource.ts';
import { errorOf, errorsOf, genericErrors, isGeneric } from './errors.ts';
import { operationsOf } from './operations.ts';
import { PARTIAL_FAILURE, partialOperations } from './partial-operations.ts';
import { isKnownService, resourceFacts, type KnownService } from './resources.ts';
import { written } from './written.ts';

/** What of a dependency fault says which calls it means, and how they are answered. */
export interface DependencyWish {
  readonly service?: string;
  readonly operations?: readonly string[];
  readonly resource?: string;
  readonly error?: string;
  readonly entries?: number;
}

/** Why a wish can never come true, at which of its parameters, and what could. */
export interface Trouble {
  readonly parameter: 'service' | 'operations' | 'resource' | 'error' | 'entries';
  /** Of an item of a list. */
  readonly index?: number;
  readonly message: string;
  readonly expected: string;
}

/** The candidate that was probably meant. */
type Suggest = (found: string, candidates: readonly string[]) => string | undefined;

const services = Object.keys(resourceFacts).filter(isKnownService);

/** What a service is called elsewhere, beside the name that its requests are signed for (the clients of the AWS SDK). */
const signedAs: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  cloudwatch: 'monitoring',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
  sfn: 'states',
  stepfunctions: 'states',
};

/** How many names a message lists before it says that there are more. */
const LISTED = 12;

export function dependencyTrouble(wish: DependencyWish, suggest?: Suggest): Trouble | undefined {
  return addressTrouble(wish, suggest) ?? errorTrouble(wish, suggest);
}

export function inWords(trouble: Trouble | undefined): string | undefined {
  return trouble === undefined ? undefined : `${trouble.message}; ${trouble.expected}`;
}

/** Why no call can be meant by this address. */
export function addressTrouble(wish: DependencyWish, suggest?: Suggest): Trouble | undefined {
  const { service, operations = [], resource } = wish;
  if (service === undefined) return undefined;
  if (!isKnownService(service)) return unknownService(service, resource);
  const known = operationsOf(service);
  const unknown = operations.find((operation) => !known.has(operation));
  if (unknown !== undefined) {
    const meant = suggest?.(unknown, [...known.keys()]);
    return {
      parameter: 'operations',
      index: operations.indexOf(unknown),
      message: `${service} has no operation ${unknown}`,
      expected: meant === undefined ? `one of ${listed([...known.keys()])}` : `did you mean "${meant}"?`,
    };
  }
  return resource === undefined ? undefined : resourceTrouble(service, operations, resource);
}

function unknownService(service: string, resource: string | undefined): Trouble | undefined {
  const signed = signedAs[service] ?? services.find((name) => isSlip(service, name));
  if (signed !== undefined) {
    return {
      parameter: 'service',
      message: `No request is signed for a service "${service}"`,
      expected: `did you mean "${signed}"?`,
    };
  }
  if (resource === undefined) return undefined;
  return {
    parameter: 'resource',
    message: `Which resource a call of ${service} means cannot be told`,
    expected: `no resource; it can be told for ${services.map((name) => `${name} (${resourceFacts[name].word})`).join(', ')}`,
  };
}

function resourceTrouble(
  service: KnownService,
  operations: readonly string[],
  resource: string,
): Trouble | undefined {
  const { word } = resourceFacts[service];
  if (readName(service, resource) === undefined) {
    return {
      parameter: 'resource',
      message: `${resource} is no ${word}`,
      expected: `the name or the ARN of a ${word} of ${service}`,
    };
  }
  const known = operationsOf(service);
  const nameless = operations.filter((operation) => known.get(operation) === false);
  if (nameless.length === 0) return undefined;
  return {
    parameter: 'operations',
    message: `${nameless.join(', ')} ${nameless.length === 1 ? 'names' : 'name'} no ${word}`,
    expected: 'leave the operation out, or the resource',
  };
}

/** Why the service cannot answer so. */
export function errorTrouble(wish: DependencyWish, suggest?: Suggest): Trouble | undefined {
  const { service, error, operations, entries } = wish;
  if (service === undefined || error === undefined) return undefined;
  if (entries !== undefined && error !== PARTIAL_FAILURE) {
    return {
      parameter: 'entries',
      message: `A call that is answered ${error} fails as a whole`,
      expected: `no entries, or the error ${PARTIAL_FAILURE}`,
    };
  }
  if (error === PARTIAL_FAILURE && isKnownService(service)) {
    const can = partialOperations[service];
    if (can !== undefined && operations?.every((operation) => operation === can) !== false) return undefined;
    return {
      parameter: can === undefined ? 'error' : 'operations',
      message: `${can === undefined ? `Calls of ${service}` : (operations ?? []).join(', ')} cannot fail in part`,
      expected: `only ${Object.entries(partialOperations)
        .map(([name, operation]) => `${operation} of ${name}`)
        .join(', ')} can`,
    };
  }
  if (isGeneric(error)) return undefined;
  if (!isKnownService(service)) {
    return {
      parameter: 'error',
      message: `The errors of ${service} are not known`,
      expected: `any service can answer ${genericErrors.join(', ')}`,
    };
  }
  // Which protocol it is makes no difference to a known service.
  if (errorOf(service, error, 'json-1.0') !== undefined) return undefined;
  const owners = services.filter((name) => errorOf(name, error, 'json-1.0') !== undefined);
  const whose = owners.length === 0 ? '' : `; it is an error of ${owners.join(', ')}`;
  const meant = suggest?.(error, [...errorsOf(service).keys()]);
  return {
    parameter: 'error',
    message: `${service} never answers ${error}${whose}`,
    expected: `${meant === undefined ? '' : `did you mean "${meant}"? `}${service} can answer ${answersOf(service)}; any service: ${genericErrors.join(', ')}`,
  };
}

/** The errors of a service in a sentence, the most asked for first. */
function answersOf(service: KnownService): string {
  const first = Object.keys(written[service]);
  const more = errorsOf(service).size - first.length;
  return `${first.join(', ')} and ${more} more that "inoculate faults dependency.error" lists`;
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return more > 0 ? `${names.slice(0, LISTED).join(', ')} and ${more} more` : names.join(', ');
}

/** One letter too many, too few, wrong, or swapped with its neighbour, in a name long enough for that to be a slip. */
function isSlip(found: string, name: string): boolean {
  if (found.length < 5 || name.length < 6) return false;
  let start = 0;
  while (start < found.length && found[start] === name[start]) start += 1;
  const a = found.slice(start);
  const b = name.slice(start);
  const swapped = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || swapped;
}
