import { awsModels } from '../../generated/aws-models.ts';
import type { Protocol } from './protocol.ts';
import { isKnownService, type KnownService } from './resources.ts';
import { generic, INTERNAL_FAILURE, RATE_EXCEEDED, written, type Written } from './written.ts';

/** What can be asked of any service, whether its errors are known or not. */
export const genericErrors = ['throttle', 'server-error'] as const;
export type GenericError = (typeof genericErrors)[number];

/** An error as its service answers it. */
export interface AwsError {
  /** As the SDK calls it. */
  readonly name: string;
  /** As it stands in the answers of the Query protocol and of REST with XML. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** The member that holds the message. */
  readonly messageMember: 'message' | 'Message';
  readonly namespace: string;
  readonly members: Readonly<Record<string, unknown>>;
}

const tables = new Map<KnownService, ReadonlyMap<string, AwsError>>();

/** Every error that a service is known to answer, by its name, those that are written by hand first. */
export function errorsOf(service: KnownService): ReadonlyMap<string, AwsError> {
  let table = tables.get(service);
  if (table === undefined) {
    table = readErrors(service);
    tables.set(service, table);
  }
  return table;
}

function readErrors(service: KnownService): ReadonlyMap<string, AwsError> {
  const { errors, namespace } = awsModels[service];
  const facts: Readonly<Record<string, Written>> = written[service];
  const modelled = new Map(
    errors.split('\n').map((line): [string, AwsError] => {
      const [name = '', status = '', code = '-', member, ...documentation] = line.split(' ');
      const error: AwsError = {
        name,
        code: code === '-' ? name : code,
        status: Number(status),
        // One error of DynamoDB is not documented.
        message: documentation.join(' ') || name,
        messageMember: member === 'M' ? 'Message' : 'message',
        namespace,
        members: {},
      };
      return [name, withWritten(error, facts[name])];
    }),
  );
  const first = Object.entries(facts).map(([name, fact]): [string, AwsError] => [
    name,
    modelled.get(name) ?? withWritten(unmodelled(name, fact.status ?? 500, '', namespace), fact),
  ]);
  return new Map([...first, ...modelled]);
}

function withWritten(error: AwsError, fact: Written | undefined): AwsError {
  return {
    ...error,
    message: fact?.message ?? error.message,
    namespace: fact?.namespace ?? error.namespace,
    members: fact?.members ?? error.members,
  };
}

function unmodelled(name: string, status: number, message: string, namespace: string): AwsError {
  return { name, code: name, status, message, messageMember: 'message', namespace, members: {} };
}

/** The error of that name, by its code in the Query protocol too; undefined where the service never answers it. */
export function errorOf(service: string, name: string, protocol: Protocol): AwsError | undefined {
  if (!isKnownService(service)) return isGeneric(name) ? genericError(name, protocol) : undefined;
  const errors = errorsOf(service);
  if (isGeneric(name)) {
    const { throttle, serverError } = generic[service];
    return errors.get(name === 'throttle' ? throttle : serverError);
  }
  return errors.get(name) ?? [...errors.values()].find(({ code }) => code === name);
}

export function isGeneric(name: string): name is GenericError {
  return name === 'throttle' || name === 'server-error';
}

/** What services of this protocol have in common ("Common errors" in their API references). */
function genericError(name: GenericError, protocol: Protocol): AwsError {
  const throttle = name === 'throttle';
  if (protocol === 'ec2') {
    return throttle
      ? unmodelled('RequestLimitExceeded', 503, 'Request limit exceeded.', '')
      : unmodelled('InternalError', 500, 'An internal error has occurred.', '');
  }
  if (!throttle) return unmodelled('InternalFailure', 500, INTERNAL_FAILURE, 'com.amazon.coral.service');
  if (protocol === 'query' || protocol === 'rest-xml')
    return unmodelled('Throttling', 400, RATE_EXCEEDED, '');
  const status = protocol === 'rest-json' ? 429 : 400;
  return unmodelled('ThrottlingException', status, RATE_EXCEEDED, 'com.amazon.coral.availability');
}
