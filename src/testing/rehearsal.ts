import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dose, InFunctionFault } from '../generated/types.ts';
import { validateDose } from '../generated/validate-dose.js';
import { fixedSource } from '../layer/dose-source.ts';
import type { HandlerCall } from '../layer/realm.ts';
import { remainingMsOf, requestIdOf } from '../layer/run/context.ts';
import { Enroller } from '../layer/run/enrolment.ts';
import { ProcessEnds } from '../layer/run/ending.ts';
import { underFaults } from '../layer/run/faulting.ts';
import { Injector } from '../layer/run/injector.ts';
import { Invocation } from '../layer/run/invocation.ts';
import { Memory, type RunMemory } from '../layer/run/memory.ts';
import { Reporter } from '../layer/telemetry/reporter.ts';
import { LN_GAMMA } from '../stats/histogram.ts';
import type { Journal } from './api.ts';
import { Budgets } from './budgets.ts';
import { DifferentCalls, SandboxExit } from './errors.ts';
import { leaveNote } from './note.ts';
import type { Plan } from './options.ts';
import { InvalidOptions } from './problems.ts';
import { Recorder } from './recorder.ts';
import { Replay } from './replay.ts';

/** What runs under the faults of one plan: each call is an invocation of the experimental group. */
export class Rehearsal {
  readonly #plan: Plan;
  readonly #dose: Dose;
  readonly #faults: ReadonlyMap<string, InFunctionFault>;
  readonly #replay: Replay | undefined;
  readonly #recorders: Recorder[] = [];
  readonly #enroller: Enroller;
  /** Budgets are for everything that runs under one plan. */
  readonly #used: RunMemory = new Memory().ofRun('test');

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#dose = doseOf(plan);
    this.#enroller = new Enroller(this.#dose);
    this.#faults = new Map(plan.faults.map(({ id, fault }) => [id, fault]));
    this.#replay = plan.entries === undefined ? undefined : new Replay(plan.entries);
  }

  async invoke(call: HandlerCall): Promise<unknown> {
    const { clock } = this.#plan;
    const storage = new AsyncLocalStorage<Invocation | undefined>();
    const reporter = new Reporter(this.#dose, undefined, clock);
    const number = this.#recorders.length + 1;
    const id = this.#requestId(call, number);
    const { faults } = this.#enroller.enrol(call.args[0], id);
    const invocation = new Invocation(this.#dose, id, 'experimental', 0, faults, () => remainingMsOf(call));
    const recorder = new Recorder(invocation, number, this.#faults, this.#replay);
    invocation.witness = recorder;
    this.#recorders.push(recorder);
    // Which call is whose is known from its asynchronous context alone: several may be under way.
    const limits = new Budgets(this.#dose, this.#used, reporter, recorder);
    const injector = new Injector(this.#dose, fixedSource, clock, reporter, limits, storage, false);
    try {
      const answer = await storage.run(invocation, underFaults, call, invocation, injector);
      this.#compare(number);
      return answer;
    } catch (error) {
      const shown = error instanceof ProcessEnds ? new SandboxExit(invocation.ending?.exit.code ?? 1) : error;
      leaveNote(shown, this.journal());
      throw shown;
    } finally {
      invocation.spared = true;
      injector.end();
    }
  }

  /** Everything so far. */
  journal(): Journal {
    const { seed, like, authored } = this.#plan;
    const differences = this.#replay?.differences();
    return {
      inoculate: 'journal/1',
      seed,
      ...(like !== undefined && { like }),
      faults: authored,
      injected: this.#recorders.flatMap((recorder) => recorder.injected()),
      skipped: this.#recorders.flatMap((recorder) => recorder.skipped()),
      ...(differences !== undefined && { differences }),
    };
  }

  #compare(number: number): void {
    const differences = this.#replay?.differences(number) ?? [];
    if (this.#plan.throwsDifferences && differences.length > 0)
      throw new DifferentCalls(differences, this.journal());
  }

  #requestId(call: HandlerCall, number: number): string {
    const { like, caller } = this.#plan;
    if (like === undefined) return `invocation-${number}`;
    const id = like.requestId ?? requestIdOf(call);
    if (id !== undefined) return id;
    const message = 'The context that the handler is called with has no awsRequestId';
    const expected = 'the id of the request that is to be repeated';
    throw new InvalidOptions(caller, [
      { path: ['like', 'requestId'], code: 'missing', message, found: '', expected },
    ]);
  }
}

/** No store has it, it reaches everybody, and it never ends. */
function doseOf({ faults, seed, like }: Plan): Dose {
  const dose: unknown = {
    version: 1,
    runId: 'test',
    epoch: 1,
    function: 'test',
    expiresAt: Number.MAX_SAFE_INTEGER,
    salt: like?.salt ?? `inoculate-seed-${seed}`,
    exposure: 0.5,
    tick: { originAt: 0, lengthMs: 1000 },
    stalenessMs: 1000,
    acknowledgeStart: false,
    lnGamma: LN_GAMMA,
    faults,
  };
  if (isDose(dose)) return dose;
  const [first] = validateDose.errors ?? [];
  throw new Error(`Checked faults are no dose: ${first?.instancePath} ${first?.message}`);
}

function isDose(value: unknown): value is Dose {
  return validateDose(value);
}
