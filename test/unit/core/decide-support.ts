import type { Command, CommandType, OutboxEntry } from '../../../src/core/commands.ts';
import { createRun, type RunRequest } from '../../../src/core/create.ts';
import { decide } from '../../../src/core/decide.ts';
import type { CommandResult, RunEvent } from '../../../src/core/events.ts';
import type { Facts, FunctionFacts } from '../../../src/core/facts.ts';
import type { Phase, Run, Unit, UnitPlan } from '../../../src/core/run.ts';
import { at as startAt, requestOf } from '../../contract/samples.ts';

export { startAt };

export const target: FunctionFacts = {
  name: 'checkout',
  type: 'function',
  arn: null,
  id: 'shop-checkout',
  optedIn: true,
  local: true,
  layerAttached: true,
  timeoutMs: 3_000,
  asynchronous: false,
};

export const unit: UnitPlan = {
  id: 'dose:shop-checkout',
  driver: 'dose',
  resource: 'dose:shop-checkout',
  target: 'checkout',
  faults: ['f1'],
  settleMs: 2_000,
  losesData: [],
};

export function factsOf(change: Partial<Facts> = {}): Facts {
  return {
    at: startAt,
    limits: {
      maxExposure: 0.5,
      maxDurationMs: 600_000,
      maxRunsAtOnce: 3,
      runsNow: 0,
      allowedKinds: 'all',
      approvalRequired: false,
    },
    stops: { killSwitch: { on: false, generation: 0 }, alarms: [] },
    window: { open: true, reason: '' },
    targets: [target],
    units: [unit],
    checks: [],
    ...change,
  };
}

type EventBody = RunEvent extends infer E ? (E extends { at: number } ? Omit<E, 'at'> : never) : never;

/** A run that is taken through its life by hand: one event after the other, at the times the test says. */
export class Driven {
  run: Run;
  /** What the latest event handed out. */
  handed: readonly OutboxEntry[];
  at: number;

  constructor(change: Partial<RunRequest> = {}) {
    this.at = startAt;
    const { run, commands } = createRun(requestOf(change), this.at);
    this.run = run;
    this.handed = commands;
  }

  event(event: EventBody, afterMs = 0): this {
    this.at += afterMs;
    const { run, commands } = decide(this.run, { ...event, at: this.at });
    this.run = run;
    this.handed = commands;
    return this;
  }

  tick(afterMs = 1_000): this {
    const { epoch, n } = this.run.tick;
    return this.event({ type: 'tick', epoch, n }, afterMs);
  }

  /** The result of the outstanding command of that type: the first one, or that of a unit. */
  result(type: CommandType, result: CommandResult, options: { unit?: string; afterMs?: number } = {}): this {
    const entry = this.outstanding(type).find(
      ({ command }) => options.unit === undefined || ('unit' in command && command.unit === options.unit),
    );
    if (entry === undefined) throw new Error(`No ${type} is outstanding while ${this.run.phase}`);
    return this.event({ type: 'result', command: entry.id, result }, options.afterMs ?? 0);
  }

  outstanding(type: CommandType): readonly OutboxEntry[] {
    return this.run.outbox.filter(({ command }) => command.type === type);
  }

  handedOut<T extends CommandType>(type: T): readonly Extract<Command, { type: T }>[] {
    return this.handed.flatMap(({ command }) =>
      command.type === type ? [command as Extract<Command, { type: T }>] : [],
    );
  }

  unit(id: string = unit.id): Unit {
    const found = this.run.units.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`No unit ${id}`);
    return found;
  }

  get state(): Unit['state'] {
    return this.unit().state;
  }
}

export const done: CommandResult = { type: 'done' };
export const failed = (unknown: boolean, code = 'x'): CommandResult => ({
  type: 'failed',
  code,
  message: 'failed',
  unknown,
});
export const read = (what: 'clean' | 'ours' | 'drift' | 'absent'): CommandResult => ({
  type: 'read',
  read: what,
  detail: '',
});
export const stops = (on = false, generation = 0): CommandResult => ({
  type: 'stops',
  stops: { killSwitch: { on, generation }, alarms: [] },
});
export const observed = (pending = 0): CommandResult => {
  const group = {
    started: 10,
    finished: 10 - pending,
    failed: 0,
    late: 0,
    closed: { started: 10, finished: 10, failed: 0, late: 0 },
    histogram: [],
  };
  return {
    type: 'observed',
    stops: { killSwitch: { on: false, generation: 0 }, alarms: [] },
    targets: [
      {
        target: 'checkout',
        at: startAt,
        realms: 1,
        experimental: group,
        control: group,
        fired: { f1: 5 },
        skipped: {},
      },
    ],
    evidence: [],
    checks: [],
    effects: [],
  };
};

/** A run that has just reached a phase by the shortest way. */
export function drivenTo(phase: Phase, change: Partial<RunRequest> = {}, facts: Facts = factsOf()): Driven {
  const driven = new Driven(change);
  const locked: CommandResult = {
    type: 'locked',
    epochs: Object.fromEntries(facts.units.map(({ resource }) => [resource, 4])),
  };
  const steps: readonly [Phase, () => unknown][] = [
    ['requested', () => driven.result('gather-facts', { type: 'facts', facts })],
    ['awaiting-approval', () => approve(driven)],
    ['announced', () => driven.tick()],
    [
      'checking',
      () => {
        driven.result('gather-facts', { type: 'facts', facts: { ...facts, at: driven.at } });
        driven.result('lock', locked);
        for (const { id } of facts.units) driven.result('capture', done, { unit: id });
      },
    ],
    [
      'injecting',
      () => {
        if (driven.outstanding('watch-alarms').length > 0) driven.result('watch-alarms', done);
        driven.result('arm-dead-man', done);
        driven.result('check-stops', { type: 'stops', stops: facts.stops });
        for (const { id } of facts.units) driven.result('apply', done, { unit: id });
      },
    ],
    ['observing', () => driven.event({ type: 'abort', by: 'someone' })],
    [
      'reverting',
      () => {
        for (const { id } of facts.units) driven.result('revert', read('clean'), { unit: id });
        driven.tick(5_000);
        for (const { id } of facts.units) driven.result('read-back', read('clean'), { unit: id });
      },
    ],
    [
      'recovering',
      () => {
        driven.tick(10_000);
        driven.result('observe', observed());
      },
    ],
  ];
  for (const [from, step] of steps) {
    if (driven.run.phase === phase) return driven;
    if (driven.run.phase === from) step();
  }
  if (driven.run.phase !== phase) throw new Error(`Got to ${driven.run.phase}, not to ${phase}`);
  return driven;
}

export function approve(driven: Driven, change: { seq?: number; generation?: number } = {}): Driven {
  return driven.event({
    type: 'approval',
    by: 'someone',
    approved: true,
    seq: driven.run.seq,
    generation: driven.run.killSwitchGeneration,
    ...change,
  });
}
