import type { InFunctionFault } from '../generated/types.ts';
import type { OutboundCall } from '../layer/calls/call.ts';
import type { Injection } from '../layer/calls/consider.ts';
import type { Draw } from '../layer/draw.ts';
import type { InvocationEffect } from '../layer/faults/module.ts';
import type { Invocation } from '../layer/run/invocation.ts';
import type { Place, Witness } from '../layer/run/witness.ts';
import type { JournalEntry, JournalInjection, JournalSkip } from './api.ts';
import { describeCall, placeOf } from './describe-call.ts';
import type { Replay } from './replay.ts';

/** One thing that a fault could hit. */
interface Note {
  readonly fault: InFunctionFault;
  readonly entry: JournalEntry & { readonly draws: Record<string, number> };
  /** At an end of the invocation: what the fault would do. */
  effect: InvocationEffect | undefined;
  /** What is to be done to the call by all faults together. */
  injection: Injection | undefined;
  /** A call that was decided about, or an end of the invocation at which the fault does something. */
  considered: boolean;
  fired: boolean;
  /** There was nothing left of the fault's budget. */
  refused: boolean;
}

/** Writes down what one invocation meets; in a replay, the draws are those of the journal. */
export class Recorder implements Witness {
  readonly #notes: Note[] = [];
  readonly #byCall = new Map<OutboundCall, Note[]>();
  readonly #seen = new Map<string, number>();
  readonly #invocation: Invocation;
  readonly #number: number;
  readonly #faults: ReadonlyMap<string, InFunctionFault>;
  readonly #replay: Replay | undefined;

  /** @param number which invocation this is, from 1 */
  constructor(
    invocation: Invocation,
    number: number,
    faults: ReadonlyMap<string, InFunctionFault>,
    replay: Replay | undefined,
  ) {
    this.#invocation = invocation;
    this.#number = number;
    this.#faults = faults;
    this.#replay = replay;
  }

  draws(faultId: string, place: Place, drawn: Draw): Draw {
    const fault = this.#faults.get(faultId);
    if (fault === undefined) return drawn;
    const note = this.#note(faultId, fault, place);
    const source = this.#replay === undefined ? drawn : this.#replay.draws(note.entry, drawn);
    const { draws } = note.entry;
    return (purpose) => (draws[purpose] ??= source(purpose));
  }

  decided(call: OutboundCall, injection: Injection | undefined): void {
    for (const note of this.#byCall.get(call) ?? []) {
      note.considered = true;
      note.injection = injection;
    }
  }

  planned(faultId: string, at: 'before' | 'after', effect: InvocationEffect): void {
    const note = this.#notes.findLast(({ entry }) => entry.fault === faultId && entry.at === at);
    if (note === undefined) return;
    note.considered = true;
    note.effect = effect;
  }

  fired(faultId: string, call: OutboundCall | undefined): void {
    const notes = call === undefined ? this.#notes : (this.#byCall.get(call) ?? []);
    const note = notes.findLast(
      ({ entry, considered }) =>
        considered && entry.fault === faultId && (entry.call === undefined) === (call === undefined),
    );
    if (note !== undefined) note.fired = true;
  }

  /** Asked for just before an injection: it is the fault's last place. */
  refused(faultId: string): void {
    const note = this.#notes.findLast(({ entry }) => entry.fault === faultId);
    if (note !== undefined) note.refused = true;
  }

  injected(): JournalInjection[] {
    return this.#notes.filter(({ fired }) => fired).map((note) => ({ ...note.entry, ...doneBy(note) }));
  }

  skipped(): JournalSkip[] {
    const left = this.#notes.filter(({ fired, considered }) => considered && !fired);
    return left.map((note) => ({ ...note.entry, reason: reasonFor(note) }));
  }

  #note(faultId: string, fault: InFunctionFault, place: Place): Note {
    const where =
      typeof place === 'string'
        ? { at: place }
        : { call: describeCall(place, this.#invocation.attemptOf(place)) };
    const key = `${faultId} ${placeOf(where)}`;
    const nth = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, nth);
    const entry = { fault: faultId, kind: fault.kind, invocation: this.#number, ...where, nth, draws: {} };
    const note = {
      fault,
      entry,
      effect: undefined,
      injection: undefined,
      considered: false,
      fired: false,
      refused: false,
    };
    this.#notes.push(note);
    if (typeof place !== 'string') this.#byCall.set(place, [...(this.#byCall.get(place) ?? []), note]);
    return note;
  }
}

const nothing = { answer: undefined, unreachable: undefined };

function doneBy({ entry, effect, injection }: Note): Partial<JournalInjection> {
  if (injection !== undefined) {
    const delayed = injection.delayedBy.includes(entry.fault);
    const { answer, unreachable } = injection.endedBy === entry.fault ? injection : nothing;
    return {
      ...(delayed && { delayMs: injection.delayMs }),
      ...(answer && { answer: { status: answer.status, body: Buffer.from(answer.body).toString() } }),
      ...(unreachable && { unreachable: unreachable.how }),
    };
  }
  const { delayMs, error, event, answer, stream, exit } = effect ?? {};
  return {
    ...(delayMs !== undefined && { delayMs }),
    ...(error && { error: { name: error.name, message: error.message } }),
    ...(event ? { replaced: 'event' } : answer && { replaced: 'answer' }),
    ...(stream && { stream: stream.type }),
    ...(exit && { exitCode: exit.code }),
  };
}

function reasonFor({ fault, entry, effect, injection, refused }: Note): string {
  if (refused) return 'budget';
  if (effect?.skip !== undefined) return effect.skip;
  if ((entry.draws['rate'] ?? 0) >= (fault.rate ?? 1)) return 'rate';
  const wanted =
    effect !== undefined ||
    injection?.delayedBy.includes(entry.fault) === true ||
    injection?.endedBy === entry.fault;
  return wanted ? 'ended' : 'decided';
}
