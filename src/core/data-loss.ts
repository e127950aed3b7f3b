import type { Fault } from '../generated/types.ts';

/** Kinds that can lose nothing have nothing to accept. */
export function acceptsDataLoss(fault: Fault): boolean {
  return 'acceptsDataLoss' in fault && fault.acceptsDataLoss === true;
}

export interface Loss {
  /** Of the fault: f1, f2, … in the experiment's order. */
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  /** Of a target that is a function: a failed invocation is lost where nobody waits for its answer. */
  readonly asynchronous?: boolean | null;
}

/** Why such a fault is refused until its file accepts the loss. */
export function describeLoss({ id, kind, target, asynchronous }: Loss): string {
  return `Fault ${id} (${kind}) may lose events of ${target} for good${whyLost(asynchronous)}.`;
}

/** What makes it right, where nothing else does. */
export const acceptLoss = 'Say acceptsDataLoss: true if that is meant.';

function whyLost(asynchronous: boolean | null | undefined): string {
  if (asynchronous === null) return ' if anything invokes it asynchronously, which AWS does not tell';
  return asynchronous === true ? ': a service invokes it asynchronously' : '';
}
