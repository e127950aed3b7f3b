import type { Command, OutboxEntry } from '../../../../src/core/commands.ts';
import { createRun } from '../../../../src/core/create.ts';
import { decide } from '../../../../src/core/decide.ts';
import type { Decision } from '../../../../src/core/draft.ts';
import { defaultJudgeSettings } from '../../../../src/core/evidence.ts';
import type { CommandResult, RunEvent } from '../../../../src/core/events.ts';
import type { Facts } from '../../../../src/core/facts.ts';
import type { JournalEntry } from '../../../../src/core/journal.ts';
import type { Run, RunSettings } from '../../../../src/core/run.ts';
import type { Experiment } from '../../../../src/generated/types.ts';
import { explainFault } from '../../../../src/faults/explain.ts';
import type { RunRecord } from '../../../../src/report/record.ts';
import { comparisonModuleOf, isComparison } from '../../../../src/signals/modules.ts';
import { claimsOf } from '../../../../src/signals/observe.ts';
import { seeded } from './random.ts';
import { invocations, observe, type TrafficPlan } from './traffic.ts';

/** A run to be made up: real decisions and statistics over invented traffic. */
export interface RunPlan {
  readonly experiment: Experiment;
  readonly traffic: readonly TrafficPlan[];
  readonly seed: number;
  /** Facts other than those of a run that may go ahead. */
  readonly facts?: Partial<Facts>;
  /** Somebody's request to stop, that long after the first fault. */
  readonly stopBy?: { readonly by: string; readonly afterMs: number };
  readonly workload?: string;
}

const requestedAt = Date.UTC(2026, 11, 4, 10, 0, 0);
/** How long a command takes to be carried out. */
const effortMs = 12;

const settings: RunSettings = {
  stage: 'dev',
  tickMs: 1000,
  applyLeaseMs: 15_000,
  applyTimeoutMs: 5000,
  stalenessMs: 1000,
  skewMs: 500,
  maxSlotAgeMs: 900_000,
  approvalMs: 3_600_000,
  graceMs: 1000,
  judge: defaultJudgeSettings,
  salt: 'salt',
};

const played = new Map<RunPlan, RunRecord>();

/** Plays a run to its end, and returns what a report is made of. The same plan gives the same record. */
export function syntheticRun(plan: RunPlan): RunRecord {
  const known = played.get(plan);
  if (known !== undefined) return known;
  const player = new Player(plan);
  player.play();
  const record = {
    run: player.run,
    journal: [...player.journal, ...player.run.unwritten],
    environment: environmentOf(plan),
  };
  played.set(plan, record);
  return record;
}

class Player {
  readonly plan: RunPlan;
  readonly journal: JournalEntry[] = [];
  run: Run;
  #now = requestedAt;
  readonly #due: OutboxEntry[] = [];
  #tick: Extract<Command, { type: 'schedule-tick' }> | null = null;
  #stopAt = Infinity;
  #traffic: ReturnType<typeof invocations>[] = [];

  constructor(plan: RunPlan) {
    this.plan = plan;
    const { experiment } = plan;
    const request = {
      id: `${experiment.name}/2026-12-04T10:00:00Z`,
      experiment,
      slot: { kind: 'manual' as const, id: '2026-12-04T10:00:00Z', at: requestedAt },
      requestedBy: 'alice',
      settings,
      startAt: requestedAt,
      ...claimsOf(experiment),
    };
    const first = createRun(request, requestedAt);
    this.run = first.run;
    this.#take(first);
  }

  play(): void {
    while (this.run.phase !== 'ended' || this.#due.length > 0) {
      const next = this.#due.shift();
      if (next !== undefined) this.#carryOut(next);
      else if (this.#tick === null) throw new Error(`The made-up run stands still in ${this.run.phase}`);
      else this.#passTime(this.#tick);
    }
  }

  #passTime(tick: Extract<Command, { type: 'schedule-tick' }>): void {
    if (this.#stopAt <= tick.at) {
      this.#now = this.#stopAt;
      this.#stopAt = Infinity;
      this.#tell({ type: 'abort', at: this.#now, by: this.plan.stopBy?.by ?? '' });
      return;
    }
    this.#now = Math.max(this.#now, tick.at);
    this.#tick = null;
    this.#tell({ type: 'tick', at: this.#now, epoch: tick.epoch, n: tick.n });
  }

  #carryOut({ id, command }: OutboxEntry): void {
    if (command.type === 'journal')
      this.journal.push(...this.run.unwritten.filter(({ seq }) => seq <= command.through));
    else this.#now += effortMs;
    this.#tell({ type: 'result', at: this.#now, command: id, result: this.#resultOf(command) });
  }

  #tell(event: RunEvent): void {
    this.#take(decide(this.run, event));
  }

  #take({ run, commands }: Decision): void {
    this.run = run;
    for (const entry of commands) {
      if (entry.command.type === 'schedule-tick') this.#tick = entry.command;
      this.#due.push(entry);
    }
  }

  #resultOf(command: Command): CommandResult {
    switch (command.type) {
      case 'gather-facts':
        return { type: 'facts', facts: { ...factsOf(this.plan, this.#now), ...this.plan.facts } };
      case 'lock':
        return {
          type: 'locked',
          epochs: Object.fromEntries(command.resources.map((resource) => [resource, 1])),
        };
      case 'check-stops':
        return { type: 'stops', stops: stopsOf(this.plan.experiment) };
      case 'apply':
        this.#startTraffic();
        return { type: 'done' };
      case 'revert':
      case 'read-back':
        return { type: 'read', read: 'clean', detail: '' };
      case 'observe':
        return this.#look(command.final);
      default:
        return { type: 'done' };
    }
  }

  #startTraffic(): void {
    if (this.#traffic.length > 0) return;
    const { experiment, stopBy, seed } = this.plan;
    const random = seeded(seed);
    this.#traffic = this.plan.traffic.map((plan) =>
      invocations(plan, this.#now, this.#now + experiment.duration, random),
    );
    if (stopBy !== undefined) this.#stopAt = this.#now + stopBy.afterMs;
  }

  #look(final: boolean): CommandResult {
    const stoppedAt = this.run.phase === 'observing' ? this.#now : this.#stoppedAt();
    const targets = this.plan.traffic.map((plan, index) => {
      const seen = (this.#traffic[index] ?? []).filter((one) => one.startedAt <= stoppedAt);
      return observe(plan, seen, this.#now, final);
    });
    const evidence = this.plan.experiment.steadyState
      .filter(isComparison)
      .flatMap((signal) =>
        targets
          .filter((target) => target.target === signal.target)
          .flatMap((target) => comparisonModuleOf(signal).judge(signal, target, settings.judge)),
      );
    return {
      type: 'observed',
      stops: stopsOf(this.plan.experiment),
      targets,
      evidence,
      checks: [],
      effects: [],
    };
  }

  #stoppedAt(): number {
    return (
      [...this.journal, ...this.run.unwritten].find(
        ({ what }) => what.type === 'phase' && what.to === 'reverting',
      )?.at ?? Infinity
    );
  }
}

function stopsOf(experiment: Experiment): Facts['stops'] {
  const names = (experiment.abort?.alarms ?? []).map((alarm) =>
    typeof alarm === 'string' ? alarm : alarm.name,
  );
  return { killSwitch: { on: false, generation: 0 }, alarms: names.map((name) => ({ name, state: 'OK' })) };
}

function factsOf({ experiment, traffic }: RunPlan, at: number): Facts {
  const dosed = [...new Set(experiment.faults.map((fault) => fault.target))];
  return {
    at,
    limits: {
      maxExposure: 0.5,
      maxDurationMs: 3_600_000,
      maxRunsAtOnce: 1,
      runsNow: 0,
      allowedKinds: 'all',
      approvalRequired: false,
    },
    stops: stopsOf(experiment),
    window: { open: true, reason: '' },
    targets: traffic.map((one) => ({
      name: one.target,
      type: 'function',
      arn: null,
      id: `shop-dev-${one.target}`,
      optedIn: true,
      local: true,
      layerAttached: true,
      timeoutMs: one.deadlineMs,
      asynchronous: false,
    })),
    checks: [],
    units: dosed.map((target) => ({
      id: `dose:${target}`,
      driver: 'dose',
      resource: `dose:shop-dev-${target}`,
      target,
      faults: experiment.faults.flatMap((fault, index) => (fault.target === target ? [`f${index + 1}`] : [])),
      settleMs: 1250,
      losesData: [],
    })),
  };
}

function environmentOf({ experiment, seed, workload }: RunPlan): RunRecord['environment'] {
  return {
    where: 'local',
    runtime: 'aws-lambda-ric 4.0.2, native',
    nodeVersions: { checkout: '24.21.0' },
    service: 'shop',
    seed,
    workload: workload ?? '40 invocations/s (Poisson) to checkout',
    inoculateVersion: '0.1.0',
    faults: experiment.faults.map((fault, index) => ({
      id: `f${index + 1}`,
      sentence: explainFault(fault),
    })),
  };
}
