import { MemoryFunctionTable } from '../adapters/memory-function-table.ts';
import { MemoryStore } from '../adapters/memory-store.ts';
import { partOf } from '../core/checks.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import type { FunctionStore, Ports, Store } from '../engine/ports.ts';
import type { Experiment } from '../generated/types.ts';
import type { Plant } from './plant.ts';
import type { Random } from './random.ts';
import { hasPolicy, SimResource } from './resource.ts';
import type { Scenario } from './scenario.ts';

/** What is true in the simulated world, whoever may see it: tables, resources, alarms. */
export class Environment {
  readonly scenario: Scenario;
  readonly store = new MemoryStore();
  readonly functions = new MemoryFunctionTable();
  /** The same tables with the planted bug, if it is there. */
  readonly plantedStore: Store;
  readonly plantedFunctions: FunctionStore;
  readonly resources = new Map<string, SimResource>();
  readonly alarms = new Map<string, 'OK' | 'ALARM'>();
  /** The steady state is broken: looks show it. */
  harm = false;
  /** Runs that could see, before their faults, that the steady state was there. */
  readonly wellBefore = new Set<RunId>();

  constructor(scenario: Scenario, random: Random, plant: Plant | null) {
    this.scenario = scenario;
    this.plantedStore = plant?.store?.(this.store) ?? this.store;
    this.plantedFunctions = plant?.functions?.(this.functions) ?? this.functions;
    for (const { name } of scenario.functions.filter((candidate) => hasPolicy(candidate.name))) {
      const first = random.chance(0.2) ? null : 'original';
      this.resources.set(`policy:${name}`, new SimResource(`policy:${name}`, scenario.settleMs, first));
    }
    for (const alarm of scenario.alarms) this.alarms.set(alarm, 'OK');
  }

  resource(name: string): SimResource {
    const resource = this.resources.get(name);
    if (resource === undefined) throw new Error(`There is no resource ${name}`);
    return resource;
  }

  factsOf(experiment: Experiment, others: number): Awaited<ReturnType<Ports['facts']>> {
    const { caps, windowOpen, functions } = this.scenario;
    const targets = Object.keys(experiment.targets).map((name): TargetFacts => {
      const found = functions.find((candidate) => candidate.name === name);
      return {
        type: 'function',
        name,
        id: found?.name ?? null,
        arn: null,
        optedIn: found?.optedIn === true,
        local: found?.local === true,
        layerAttached: found?.layerAttached === true,
        timeoutMs: 3_000,
        asynchronous: false,
      };
    });
    return {
      limits: { ...caps, runsNow: others, allowedKinds: 'all' },
      window: { open: windowOpen, reason: 'Outside of working hours.' },
      targets,
    };
  }

  probe(run: Run): Awaited<ReturnType<Ports['probe']>> {
    const part = partOf(run.phase);
    if (part === null) return { checks: [], effects: [] };
    const checks = run.checks.filter(({ when }) => when.includes(part));
    const state = this.harm ? 'broken' : 'kept';
    if (part === 'before' && state === 'kept') this.wellBefore.add(run.id);
    return {
      checks: checks.map(({ signal }) => ({ signal, part, state, value: null, detail: '' })),
      effects: [],
    };
  }

  observe(run: Run): Awaited<ReturnType<Ports['observe']>> {
    const [state] = run.hypotheses;
    if (!this.harm || state === undefined) return { targets: [], evidence: [] };
    const estimate = { n: 0, bad: 0, value: null, lower: null, upper: null };
    return {
      targets: [],
      evidence: [
        {
          hypothesis: state.hypothesis,
          signal: 'failures',
          target: '',
          claim: state.claim,
          unit: 'share',
          tolerance: 0.01,
          logHarm: 50,
          logHeld: null,
          logControlHarm: null,
          experimental: estimate,
          control: estimate,
        },
      ],
    };
  }
}
