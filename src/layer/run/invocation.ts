import type { Dose } from '../../generated/types.ts';
import type { OutboundCall } from '../calls/call.ts';
import { drawsFor, type Draw } from '../draw.ts';
import type { EnrolledGroup } from '../group.ts';
import type { Ending } from './ending.ts';
import type { Place, Witness } from './witness.ts';

/** Before its timeout an invocation is left this much time for its answer, whatever a delay says. */
export const ANSWER_MARGIN_MS = 100;

/** What an invocation counts as: a directed one, which asked for its faults itself, belongs to neither group. */
export type Part = EnrolledGroup | 'directed';

/** One enrolled or directed invocation: what is particular to it never lies anywhere else. */
export class Invocation {
  readonly requestId: string;
  readonly group: Part;
  /** The tick in which it started. */
  readonly cohort: number;
  /** The faults that may act on it: their conditions hold. */
  readonly faults: ReadonlySet<string>;
  readonly remainingMs: () => number;
  /** No fault is injected: its start could not be made known, or it has ended and this is a call that outlived it. */
  spared = false;
  readonly fired = new Map<string, number>();
  /** The end of the process, where a fault asks for it. */
  ending: Ending | undefined;
  /** Gives back what was taken up for it. */
  readonly atItsEnd: (() => Promise<void>)[] = [];
  /** In tests only. */
  witness: Witness | undefined;
  readonly #dose: Dose;
  readonly #matches = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #attemptOf = new WeakMap<OutboundCall, number>();

  constructor(
    dose: Dose,
    requestId: string,
    group: Part,
    cohort: number,
    faults: ReadonlySet<string>,
    remainingMs: () => number,
  ) {
    this.#dose = dose;
    this.requestId = requestId;
    this.group = group;
    this.cohort = cohort;
    this.faults = faults;
    this.remainingMs = remainingMs;
  }

  /** The draws for the next thing that a fault could hit in this invocation. */
  nextDraws(faultId: string, call: OutboundCall): Draw {
    const index = this.#matches.get(faultId) ?? 0;
    this.#matches.set(faultId, index + 1);
    return this.#draws(faultId, index, call);
  }

  /** The draws of a fault at one end of this invocation. */
  drawsAt(faultId: string, moment: 'before' | 'after'): Draw {
    return this.#draws(faultId, moment === 'before' ? 0 : 1, moment);
  }

  /**
   * Which attempt of one call this is, from 1: as the AWS SDK says in its header, else the number of calls to the same
   * method, host and path in this invocation.
   */
  attemptOf(call: OutboundCall): number {
    const [, said] = /(?:^|;)\s*attempt=(\d+)/.exec(call.header('amz-sdk-request') ?? '') ?? [];
    if (said !== undefined) return Number(said);
    const counted = this.#attemptOf.get(call);
    if (counted !== undefined) return counted;
    const key = `${call.method} ${call.host}:${call.port}${call.path}`;
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    this.#attemptOf.set(call, attempt);
    return attempt;
  }

  /** @param call the call that it was injected into; none at an end of the invocation */
  hasFired(faultId: string, call?: OutboundCall): void {
    this.fired.set(faultId, (this.fired.get(faultId) ?? 0) + 1);
    this.witness?.fired(faultId, call);
  }

  #draws(faultId: string, index: number, place: Place): Draw {
    const drawn = this.#certain(drawsFor(this.#dose.salt, this.requestId, faultId, index));
    return this.witness?.draws(faultId, place, drawn) ?? drawn;
  }

  /** What a directive asks for is hit at any rate. */
  #certain(drawn: Draw): Draw {
    return this.group === 'directed' ? (purpose) => (purpose === 'rate' ? 0 : drawn(purpose)) : drawn;
  }
}
