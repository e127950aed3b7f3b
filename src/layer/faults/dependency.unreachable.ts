import { cidrProblem } from '../network/cidr.ts';
import { hostAndPort, type How } from '../network/reach.ts';
import type { FaultOf, InFunctionFaultModule } from './module.ts';
import { affected, attempts } from './words.ts';

export const dependencyUnreachable: InFunctionFaultModule<'dependency.unreachable'> = {
  explain: (fault) =>
    `${affected(fault.rate, 'connection and call', 'connections and calls')} from ${fault.target} to ${placeOf(fault)}${attempts(fault.only)} ${outcomes[fault.how]}`,
  canEndProcess: true,
  // With `only`, a later attempt gets through.
  losesDataWhenAsynchronous: (fault) => fault.only === undefined,
  problem: (fault) => addressProblem(fault) ?? nameProblem(fault),
  answersCalls: true,
  onCall: (fault) => ({ unreachable: { how: fault.how } }),
};

/** What becomes of what is unreachable, in words. */
export const outcomes: Readonly<Record<How, string>> = {
  refused: 'are refused',
  reset: 'are reset when they are used',
  blackhole: 'never hear anything',
  dns: 'fail because the name is not found',
};

function placeOf({ host, cidr, port, service }: FaultOf<'dependency.unreachable'>): string {
  const place = host ?? cidr ?? service;
  if (place === undefined) return `port ${port} of any host`;
  return port === undefined ? place : `${place} port ${port}`;
}

function addressProblem(fault: FaultOf<'dependency.unreachable'>): string | undefined {
  const { host, cidr, service, port } = fault;
  const given = Object.entries({ host, cidr, service }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1)
    return `a dependency is addressed in one way, and ${given.join(' and ')} are given: a fault for each hits them all`;
  if (given.length === 0 && port === undefined)
    return 'a dependency is addressed by host, cidr, port or service, and none is given';
  if (host !== undefined && port !== undefined && hostAndPort(host).port !== undefined)
    return `the port is given twice, in host ${host} and as port ${port}`;
  if (service !== undefined && port !== undefined)
    return `the service ${service} is addressed by its endpoints, whatever their port: leave the port ${port} out`;
  return cidr === undefined ? undefined : cidrProblem(cidr);
}

function nameProblem({ cidr, how }: FaultOf<'dependency.unreachable'>): string | undefined {
  if (how !== 'dns' || cidr === undefined) return undefined;
  return `addresses such as ${cidr} are reached without looking up a name: how: dns needs a host or a service, and refused, reset and blackhole work here`;
}
