import type { DependencyErrorFault, DependencyLatencyFault } from '../../generated/types.ts';
import { awsCallOf, type OutboundCall } from './call.ts';
import { lambdaOperations, lambdaRequest } from './lambda-api.ts';
import { sameResource, tablesOf } from './resource.ts';

export type DependencyFault = DependencyErrorFault | DependencyLatencyFault;

/** Whether a fault addresses a call; `body` if only the request's body can tell. */
export type Addressed = 'yes' | 'no' | 'body';

/** What can be said before the body is known. */
export function addressedByHead(fault: DependencyFault, call: OutboundCall): Addressed {
  if (fault.host !== undefined) return hostMatches(fault.host, call) ? 'yes' : 'no';
  const aws = awsCallOf(call, (path) => lambdaRequest(call.method, path)?.operation);
  if (aws === undefined || aws.service !== fault.service) return 'no';
  if (fault.operations !== undefined && !(aws.operation && fault.operations.includes(aws.operation)))
    return 'no';
  if (fault.resource === undefined) return 'yes';
  if (fault.service === 'dynamodb') return 'body';
  const named = lambdaRequest(call.method, call.path)?.functionName;
  return named !== undefined && sameResource('lambda', named, fault.resource) ? 'yes' : 'no';
}

/** What the body adds, for a fault that is addressed by a table. */
export function addressedByBody(fault: DependencyFault, body: string): boolean {
  const { resource } = fault;
  return resource !== undefined && tablesOf(body).some((table) => sameResource('dynamodb', table, resource));
}

function hostMatches(pattern: string, call: OutboundCall): boolean {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  if (port !== undefined && Number(port) !== call.port) return false;
  return host.startsWith('*.') ? call.host.endsWith(host.slice(1)) : call.host === host;
}

/** Why such an address can never be hit, with what can; undefined where it can. */
export function addressProblem(fault: DependencyFault): string | undefined {
  if (fault.service === undefined && fault.host === undefined) {
    return 'a dependency is addressed by service or by host, and neither is given';
  }
  if (fault.service !== 'lambda' || fault.operations === undefined) return undefined;
  const unknown = fault.operations.filter((operation) => lambdaOperations[operation] === undefined);
  if (unknown.length === 0) return undefined;
  return `calls of lambda ${unknown.join(', ')} cannot be told apart; those of ${Object.keys(lambdaOperations).join(', ')} can`;
}
