import { isIP } from 'node:net';
import type { DependencyRegionOutageFault, DependencyUnreachableFault } from '../../generated/types.ts';
import { signerOf, type OutboundCall } from '../calls/call.ts';
import { awsHostOf, shortRegion } from './aws-host.ts';
import { rangeOf } from './cidr.ts';
import { isOfService } from './service-names.ts';
import { stsRegion } from './sts.ts';

/** A fault that cuts connections. */
export type NetworkFault = DependencyUnreachableFault | DependencyRegionOutageFault;

/** How there is no way to a dependency. */
export type How = DependencyUnreachableFault['how'];

/** Where a connection leads. */
export interface Destination {
  /** As the caller has it, in lower case: a name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The address behind the name, once it is known. */
  readonly address?: string | undefined;
}

/** The addresses that a host name has now; empty while they are not known. */
export type AddressesOf = (host: string) => ReadonlySet<string>;

export function isNetworkFault<F extends { readonly kind: string }>(
  fault: F | NetworkFault,
): fault is NetworkFault {
  return fault.kind === 'dependency.unreachable' || fault.kind === 'dependency.region-outage';
}

export function howOf(fault: NetworkFault): How {
  return fault.how ?? 'blackhole';
}

/** Whether a fault means an HTTP call: an AWS call by what it is signed for, on whatever endpoint. */
export function callIsMeant(fault: NetworkFault, call: OutboundCall, addressesOf: AddressesOf): boolean {
  if (isWithoutName(fault, call)) return false;
  const signer = signerOf(call);
  if (fault.kind === 'dependency.region-outage') {
    return isInRegion(fault.region, call.host, signer?.region);
  }
  if (fault.service !== undefined && signer !== undefined) return signer.service === fault.service;
  return isMeant(fault, call, addressesOf);
}

/** Whether a fault means a connection; one that is given by addresses means none whose address is not known yet. */
export function isMeant(fault: NetworkFault, to: Destination, addressesOf: AddressesOf): boolean {
  if (isWithoutName(fault, to)) return false;
  if (fault.kind === 'dependency.region-outage') return isInRegion(fault.region, to.host, undefined);
  if (!portIsMeant(fault, to.port)) return false;
  if (fault.host !== undefined) return hostIsMeant(fault.host, to, addressesOf);
  if (fault.service !== undefined) {
    const aws = awsHostOf(to.host);
    return aws !== undefined && isOfService(aws, fault.service);
  }
  if (fault.cidr === undefined) return true;
  const address = to.address ?? (isIP(to.host) === 0 ? undefined : to.host);
  return address !== undefined && rangeOf(fault.cidr)(address);
}

/** Whether this fault can be decided on only once a name has been resolved. */
export function needsAddress(fault: NetworkFault, to: Destination): boolean {
  return (
    fault.kind === 'dependency.unreachable' &&
    fault.cidr !== undefined &&
    portIsMeant(fault, to.port) &&
    isIP(to.host) === 0
  );
}

/** A host in a file, which may have a port behind it. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(text.toLowerCase()) ?? [];
  return { host, port: port === undefined ? undefined : Number(port) };
}

/** An address is reached without any name that could not be found. */
function isWithoutName(fault: NetworkFault, { host }: Destination): boolean {
  return howOf(fault) === 'dns' && isIP(host) !== 0;
}

function portIsMeant(fault: DependencyUnreachableFault, port: number): boolean {
  return fault.port === undefined || fault.port === port;
}

function hostIsMeant(pattern: string, to: Destination, addressesOf: AddressesOf): boolean {
  const { host, port } = hostAndPort(pattern);
  if (port !== undefined && port !== to.port) return false;
  if (host.startsWith('*.')) return to.host.endsWith(host.slice(1));
  if (to.host === host) return true;
  return isIP(to.host) !== 0 && addressesOf(host).has(to.host);
}

/**
 * A name with a Region is in that Region. Else a signed call is in the Region that it is signed for: emulators,
 * names of one's own, and AWS's global endpoints. What is neither is in none, but for the global endpoints that
 * everybody knows by name.
 */
function isInRegion(region: string, host: string, signedFor: string | undefined): boolean {
  const aws = awsHostOf(host);
  if (aws?.region !== undefined) return aws.region === region;
  if (aws?.shortRegion !== undefined) return aws.shortRegion === shortRegion(region);
  if (host === 'sts.amazonaws.com') return stsRegion(process.env['AWS_REGION']) === region;
  // Signatures that are good in several Regions name none.
  if (signedFor !== undefined) return signedFor === region;
  return (
    aws !== undefined &&
    aws.globalRegion === region &&
    GLOBAL.has(aws.services[0]?.replace(/-fips$/, '') ?? '')
  );
}

/** Services with one endpoint for all Regions of a partition, whose calls are signed for one Region (SDK endpoint rules). */
const GLOBAL = new Set(['iam', 'route53', 'cloudfront', 's3']);
