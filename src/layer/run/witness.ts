import type { Injection } from '../calls/consider.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Draw } from '../draw.ts';
import type { InvocationEffect, Moment } from '../faults/module.ts';

/** What a fault could hit: an outbound call, or an end of the invocation. */
export type Place = OutboundCall | Moment['at'];

/** Sees what an invocation meets, for a journal, and lets a journal decide in the place of chance. Never in a function. */
export interface Witness {
  /** The draws of a fault at a place; `drawn` are those that it has by salt, request and position. */
  draws(faultId: string, place: Place, drawn: Draw): Draw;
  /** What all faults together do to a call that at least one of them addresses; undefined for nothing. */
  decided(call: OutboundCall, injection: Injection | undefined): void;
  /** What a fault would do at an end of the invocation, before its rate was asked. */
  planned(faultId: string, at: Moment['at'], effect: InvocationEffect): void;
  /** A fault was injected; without a call: at the end of the invocation that was planned last. */
  fired(faultId: string, call: OutboundCall | undefined): void;
}
