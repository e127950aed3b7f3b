import type { DependencyErrorFault, DependencyLatencyFault } from '../../generated/types.ts';
import { PARTIAL_FAILURE, partialOperations } from '../aws/partial-operations.ts';
import { isQuery } from '../aws/protocol.ts';
import { isKnownService } from '../aws/resources.ts';
import { addressTrouble, inWords } from '../aws/trouble.ts';
import { callIsMeant, isNetworkFault, type AddressesOf, type NetworkFault } from '../network/reach.ts';
import { signerOf, type OutboundCall } from './call.ts';
import { bodyNames, readParameters, sameResource } from './resource.ts';
import { restCallOf } from './rest-routes.ts';
import { s3PlaceOf } from './s3-bucket.ts';

/** A fault that means HTTP calls only. */
export type CallFault = DependencyErrorFault | DependencyLatencyFault;
export type DependencyFault = CallFault | NetworkFault;

/** Whether a fault addresses a call; `body` if only the request's body can tell. */
export type Addressed = 'yes' | 'no' | 'body';

/** What can be said before the body is known. */
export function addressedByHead(
  fault: DependencyFault,
  call: OutboundCall,
  addressesOf: AddressesOf = () => new Set(),
): Addressed {
  if (isNetworkFault(fault)) return callIsMeant(fault, call, addressesOf) ? 'yes' : 'no';
  if (fault.host !== undefined) return hostMatches(fault.host, call) ? 'yes' : 'no';
  const service = signerOf(call)?.service;
  if (service === undefined || service !== fault.service) return 'no';
  const { operation, resource } = headOf(service, call);
  const inBody = operation === undefined && isQuery(call);
  if (fault.operations !== undefined && !inBody && !isOneOf(fault.operations, operation)) return 'no';
  const inPart = partialOperationOf(fault);
  if (inPart !== undefined) return operation === inPart ? 'body' : 'no';
  const wanted = fault.resource;
  if (wanted === undefined) return fault.operations !== undefined && inBody ? 'body' : 'yes';
  if (service !== 's3' && service !== 'lambda') return 'body';
  return resource !== undefined && sameResource(service, resource, wanted) ? 'yes' : 'no';
}

/** The one operation that such a fault can hit: its entries stand in the body. */
function partialOperationOf(fault: CallFault): string | undefined {
  if (!('error' in fault) || fault.error !== PARTIAL_FAILURE) return undefined;
  const { service = '' } = fault;
  return isKnownService(service) ? partialOperations[service] : undefined;
}

/** What the body adds, for a fault of which the head could not say. */
export function addressedByBody(fault: DependencyFault, call: OutboundCall, body: string): boolean {
  if (isNetworkFault(fault)) return false;
  const { service, operations, resource } = fault;
  if (service === undefined) return false;
  const parameters = readParameters(body);
  const operation = operationOf(call, body);
  if (operations !== undefined && !isOneOf(operations, operation)) return false;
  return resource === undefined || bodyNames(service, operation, parameters, resource);
}

/** The operation of an AWS call by its API name, where the protocol shows it. */
export function operationOf(call: OutboundCall, body = ''): string | undefined {
  const service = signerOf(call)?.service;
  if (service === undefined) return undefined;
  const inHead = headOf(service, call).operation;
  if (inHead !== undefined || !isQuery(call)) return inHead;
  return new URLSearchParams(body).get('Action') ?? undefined;
}

/** What path and headers say. */
function headOf(
  service: string,
  call: OutboundCall,
): { readonly operation: string | undefined; readonly resource: string | undefined } {
  const target = call.header('x-amz-target');
  if (target !== undefined) {
    return { operation: target.slice(target.lastIndexOf('.') + 1), resource: undefined };
  }
  const [, rpc] = /^\/service\/[^/]+\/operation\/([A-Za-z0-9]+)/.exec(call.path) ?? [];
  const [, action] = /[?&]Action=([A-Za-z0-9]+)/.exec(call.path) ?? [];
  if (rpc !== undefined || action !== undefined) return { operation: rpc ?? action, resource: undefined };
  if (service === 'lambda') {
    const found = restCallOf('lambda', call, call.path);
    return { operation: found?.operation, resource: found?.labels['FunctionName'] };
  }
  if (service === 's3') {
    const { bucket, path } = s3PlaceOf(call.host, call.path);
    const operation = restCallOf('s3', call, path)?.operation;
    return { operation: listing(operation, bucket), resource: bucket };
  }
  return { operation: undefined, resource: undefined };
}

/** Buckets and the objects of one are listed by the same request: only the bucket tells them apart. */
function listing(operation: string | undefined, bucket: string | undefined): string | undefined {
  if (operation !== 'ListBuckets' && operation !== 'ListObjects') return operation;
  return bucket === undefined ? 'ListBuckets' : 'ListObjects';
}

function isOneOf(operations: readonly string[], operation: string | undefined): boolean {
  return operation !== undefined && operations.includes(operation);
}

function hostMatches(pattern: string, call: OutboundCall): boolean {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  if (port !== undefined && Number(port) !== call.port) return false;
  return host.startsWith('*.') ? call.host.endsWith(host.slice(1)) : call.host === host;
}

/** Why such an address can never be hit, with what can; undefined where it can. */
export function addressProblem(fault: CallFault): string | undefined {
  if (fault.service === undefined && fault.host === undefined) {
    return 'a dependency is addressed by service or by host, and neither is given';
  }
  return inWords(addressTrouble(fault));
}
