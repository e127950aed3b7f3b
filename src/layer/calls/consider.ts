import type { Dose, InFunctionFault } from '../../generated/types.ts';
import { moduleOf } from '../faults/of.ts';
import type { Answer, Unreachable } from '../faults/module.ts';
import {
  isMeant,
  isNetworkFault,
  type AddressesOf,
  type Destination,
  type NetworkFault,
} from '../network/reach.ts';
import type { Invocation } from '../run/invocation.ts';
import { addressedByBody, addressedByHead, type DependencyFault } from './address.ts';
import type { OutboundCall } from './call.ts';

/** A fault that works on outbound calls, with its place in the experiment. */
export interface DependencyRule {
  readonly id: string;
  readonly fault: DependencyFault;
}

/** A call that a fault may address; whether it does may depend on its body. */
export interface Candidate {
  /** Nothing can be decided before the whole body is known. */
  readonly needsBody: boolean;
  /** It may be answered here: then nothing of it may be sent before that is decided. */
  readonly mayBeAnswered: boolean;
  /** @param body the request's body as text, where `needsBody` */
  decide(body: string): Injection | undefined;
}

/** What is to be done to a call. */
export interface Injection {
  readonly delayMs: number;
  readonly delayedBy: readonly string[];
  /** What ends the call here; one of the two at most. */
  readonly answer: Answer | undefined;
  readonly unreachable: Unreachable | undefined;
  readonly endedBy: string | undefined;
}

/** The faults of a dose that work on outbound calls, in the order of the file. */
export function dependencyRules(dose: Dose): DependencyRule[] {
  return dose.faults.flatMap(({ id, fault }) => (isDependencyFault(fault) ? [{ id, fault }] : []));
}

function isDependencyFault(fault: InFunctionFault): fault is DependencyFault {
  return moduleOf(fault).onCall !== undefined;
}

/**
 * What may happen to a call of an invocation in the experimental group; undefined for nothing.
 * @param claim takes one injection out of a fault's budget, and says whether there was one left
 */
export function consider(
  rules: readonly DependencyRule[],
  call: OutboundCall,
  invocation: Invocation,
  claim: (faultId: string) => boolean,
  addressesOf: AddressesOf = () => new Set(),
): Candidate | undefined {
  const attempt = invocation.attemptOf(call);
  const addressed = rules
    .filter(
      ({ id, fault }) => invocation.faults.has(id) && !(call.connects === true && isNetworkFault(fault)),
    )
    .map((rule) => ({ rule, by: addressedByHead(rule.fault, call, addressesOf) }))
    .filter(({ rule, by }) => by !== 'no' && isAttemptMeant(rule.fault, attempt));
  if (addressed.length === 0) return undefined;
  return {
    needsBody: addressed.some(({ by }) => by === 'body'),
    mayBeAnswered: addressed.some(({ rule }) => moduleOf(rule.fault).answersCalls === true),
    decide: (body) => {
      const hit = addressed.filter(({ rule, by }) => by === 'yes' || addressedByBody(rule.fault, call, body));
      return combine(
        hit.map(({ rule }) => rule),
        call,
        invocation,
        claim,
        body,
      );
    },
  };
}

/** A connection, for faults and journals that know calls. */
export function asCall(to: Destination): OutboundCall {
  return { method: 'CONNECT', host: to.host, port: to.port, path: '', header: () => undefined };
}

/** What happens to a connection of an invocation in the experimental group; undefined for nothing. */
export function considerConnection(
  rules: readonly DependencyRule[],
  to: Destination,
  among: (fault: NetworkFault) => boolean,
  invocation: Invocation,
  claim: (faultId: string) => boolean,
  addressesOf: AddressesOf,
): Injection | undefined {
  const meant = rules.filter(
    ({ id, fault }) =>
      isNetworkFault(fault) && invocation.faults.has(id) && among(fault) && isMeant(fault, to, addressesOf),
  );
  if (meant.length === 0) return undefined;
  const attempt = invocation.attemptOf(asCall(to));
  const hit = meant.filter(({ fault }) => isAttemptMeant(fault, attempt));
  return combine(hit, asCall(to), invocation, claim);
}

function isAttemptMeant(fault: DependencyFault, attempt: number): boolean {
  return !('only' in fault) || fault.only === undefined || fault.only.includes(attempt);
}

/** Delays add up, then the first error in file order ends the call, be it an answer or an unreachable dependency. */
function combine(
  rules: readonly DependencyRule[],
  call: OutboundCall,
  invocation: Invocation,
  claim: (faultId: string) => boolean,
  body = '',
): Injection | undefined {
  let delayMs = 0;
  const delayedBy: string[] = [];
  let end: Pick<Injection, 'answer' | 'unreachable' | 'endedBy'> | undefined;
  for (const { id, fault } of rules) {
    const draw = invocation.nextDraws(id, call);
    if (draw('rate') >= (fault.rate ?? 1)) continue;
    const effect = moduleOf(fault).onCall?.(fault, call, draw, body);
    const addedMs = Math.max(0, effect?.delayMs ?? 0);
    const { answer, unreachable } = effect ?? {};
    const ends = end === undefined && (answer !== undefined || unreachable !== undefined);
    if ((addedMs === 0 && !ends) || !claim(id)) continue;
    if (addedMs > 0) {
      delayMs += addedMs;
      delayedBy.push(id);
    }
    if (!ends) continue;
    end = { answer, unreachable: answer === undefined ? unreachable : undefined, endedBy: id };
  }
  if (delayMs === 0 && end === undefined) return undefined;
  return { delayMs, delayedBy, answer: undefined, unreachable: undefined, endedBy: undefined, ...end };
}
