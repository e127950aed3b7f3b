import { markerOf } from '../../src/faults/control-plane.ts';
import type { Changer, ChangeContext, Effects } from '../../src/faults/module.ts';
import type { Json, ReadResult } from '../../src/engine/ports.ts';
import type { ControlPlaneFault } from '../../src/generated/types.ts';
import { changesSomething, type Disturbance, type WatchedAws } from '../support/aws/watched-aws.ts';
import { experiment, runOf } from './samples.ts';

/** A changer with faults of its kinds, and a service to try them on: a fake, or an emulator. */
export interface Subject {
  readonly changer: Changer;
  readonly faults: readonly [ControlPlaneFault, ...ControlPlaneFault[]];
  /** Makes a resource that nobody else uses. */
  make(): Promise<Resource>;
  close?(): Promise<void>;
}

export interface Resource {
  readonly target: ChangeContext['target'];
  /** AWS clients of a new process of ours. */
  process(): WatchedAws;
  /**
   * All that can be read of it, without what differs between two resources of the same history (names, times, versions);
   * null where it is gone.
   */
  describe(): Promise<Json>;
  /** What others may do to it, by what that is. Each says what it leaves when our fault is gone. */
  readonly others: Readonly<Record<string, OthersChange>>;
  remove(): Promise<void>;
  /** Waits until AWS is done with what it was asked for; left out where that takes no time. */
  settled?(): Promise<void>;
}

export interface OthersChange {
  make(): Promise<void>;
  /** What reverting reads after it: `drift` where it touched what we had changed. */
  readonly leaves: 'clean' | 'drift';
  /** Made between capture and apply, it keeps the fault from being applied. */
  readonly refusesApply: boolean;
}

/** A run's effects on one resource, each by a process of its own, as a crash or another function would have it. */
export class Bench {
  readonly resource: Resource;
  /** Of every effect but those that are given another. */
  readonly signal = new AbortController().signal;
  readonly #subject: Subject;
  #undo: Json | undefined;

  constructor(subject: Subject, resource: Resource) {
    this.#subject = subject;
    this.resource = resource;
  }

  /** The undo record, as the store gives it back. */
  get undo(): Json {
    if (this.#undo === undefined) throw new Error('Nothing was captured');
    return JSON.parse(JSON.stringify(this.#undo)) as Json;
  }

  async capture(aws = this.resource.process()): Promise<void> {
    this.#undo = await this.#with(aws, (effects) => effects.capture(this.#context()));
  }

  apply(aws = this.resource.process(), signal?: AbortSignal): Promise<void> {
    return this.#with(aws, (effects) => effects.apply({ ...this.#context(signal), undo: this.undo }));
  }

  async revert(aws = this.resource.process(), undo = this.undo): Promise<ReadResult> {
    const revert = (effects: Effects) => effects.revert({ ...this.#context(), undo });
    const result = await this.#with(aws, revert);
    if (result.read !== 'ours' || this.resource.settled === undefined) return result;
    // The engine comes again, later.
    return this.#with(this.resource.process(), revert);
  }

  readBack(aws = this.resource.process()): Promise<ReadResult> {
    return this.#with(aws, (effects) => effects.readBack({ ...this.#context(), undo: this.undo }));
  }

  applyWith(undo: Json, aws = this.resource.process()): Promise<void> {
    return this.#with(aws, (effects) => effects.apply({ ...this.#context(), undo }));
  }

  async #with<T>(aws: WatchedAws, work: (effects: Effects) => Promise<T>): Promise<T> {
    await this.resource.settled?.();
    try {
      return await work(await this.#subject.changer.load(aws));
    } finally {
      aws.destroy();
    }
  }

  #context(signal = this.signal): ChangeContext {
    const { target } = this.resource;
    const { faults, changer } = this.#subject;
    const run = runOf({ id: `run-${target.id}`, experiment: { ...experiment, faults: [...faults] } });
    const id = `${changer.name}:${target.id}`;
    return { run: { ...run, targets: [target] }, target, faults, marker: markerOf(run, { id }), signal };
  }
}

/** The same disturbance at the nth call of a process, or at the nth that changes something. */
export function disturbing(
  aws: WatchedAws,
  n: number,
  disturbance: Disturbance,
  which: 'every call' | 'changes' = 'every call',
): WatchedAws {
  let seen = 0;
  aws.disturb = (call) => {
    if (which === 'changes' && !changesSomething(call)) return undefined;
    seen += 1;
    return seen === n + 1 ? disturbance : undefined;
  };
  return aws;
}

export type Make = () => Promise<Bench>;

export async function expectRestored(bench: Bench, before: Json): Promise<void> {
  expect((await bench.revert()).read).toBe('clean');
  expect((await bench.readBack()).read).toBe('clean');
  expect(await bench.resource.describe()).toEqual(before);
}

/** What an effect was made to meet; anything else is a bug. */
export function expectedFailure(error: unknown): void {
  const { name = '', code = '' } = error as { readonly name?: string; readonly code?: string };
  const known = name === 'Crash' || code === 'ECONNRESET' || name === 'EffectError';
  if (!known) throw error;
}
