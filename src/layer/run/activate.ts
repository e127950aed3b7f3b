import type { Dose } from '../../generated/types.ts';
import { validateDose } from '../../generated/validate-dose.js';
import type { Clock } from '../clock.ts';
import { fixedSource, type DoseSource } from '../dose-source.ts';
import { moduleOf } from '../faults/of.ts';
import type { Directives } from '../directive/directives.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { Realm } from '../realm.ts';
import type { Settings } from '../settings.ts';
import type { DoseAnswer, DoseItem, Store } from '../store/store.ts';
import { Reporter } from '../telemetry/reporter.ts';
import type { Doses } from '../watch.ts';
import { Enroller } from './enrolment.ts';
import { Memory } from './memory.ts';
import { Run } from './run.ts';
import { onTermination } from './termination.ts';

/** The only version of doses that is understood; others mean no fault. */
const DOSE_VERSION = 1;

/** What reads directives: imported with the first dose that has a key for them. */
interface DirectivesModule {
  readonly Directives: new (dose: Dose, key: string, now: () => number) => Directives;
}
const loadDirectives = (): Promise<DirectivesModule> => import('../directive/directives.ts');

function directivesTo(
  dose: Dose,
  module: DirectivesModule | undefined,
  clock: Clock,
): Directives | undefined {
  const { directiveKey } = dose;
  if (directiveKey === undefined || module === undefined) return undefined;
  return new module.Directives(dose, directiveKey, () => clock.now());
}

/** Puts a dose from the environment into effect; there is no store, and nothing is reported but in the log. */
export async function useFixedDose(
  realm: Realm,
  settings: Settings,
  text: string,
  clock: Clock,
): Promise<void> {
  const dose = readDose(text, settings.functionName);
  const module = dose.directiveKey === undefined ? undefined : await loadDirectives();
  realm.active = new Run(dose, {
    ...settings,
    realm,
    clock,
    source: fixedSource,
    reporter: new Reporter(dose, undefined, clock),
    directives: directivesTo(dose, module, clock),
    memory: new Memory(),
  });
}

/** Puts the doses that the store holds into effect, one after the other. */
export function storedDoses(realm: Realm, settings: Settings, store: Store, clock: Clock): Doses {
  return new StoredDoses(realm, settings, store, clock);
}

class StoredDoses implements Doses {
  readonly #realm: Realm;
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #clock: Clock;
  #run: Run | undefined;
  /** The item that the present run, or the present absence of one, was made of. */
  #taken: DoseItem | undefined;
  readonly #unreported = new Set<Reporter>();
  readonly #memory = new Memory();
  #stopListening: (() => void) | undefined;
  #directives: DirectivesModule | undefined;

  constructor(realm: Realm, settings: Settings, store: Store, clock: Clock) {
    this.#realm = realm;
    this.#settings = settings;
    this.#store = store;
    this.#clock = clock;
  }

  prepare({ item }: DoseAnswer): Promise<void> | undefined {
    // Before it is known to be a dose at all: a text that only looks like one costs an import, and nothing else.
    if (this.#directives !== undefined || item?.body?.includes('"directiveKey"') !== true) return undefined;
    return loadDirectives().then((module) => {
      this.#directives = module;
    });
  }

  take({ item }: DoseAnswer, source: DoseSource): void {
    if (this.#run !== undefined && this.#realm.active !== this.#run) this.#retire(); // it has expired meanwhile
    if (item === undefined || item.cleared || (item.expiresAt ?? 0) <= this.#clock.now()) {
      this.#retire();
      this.#taken = undefined;
    } else if (!sameItem(item, this.#taken)) {
      this.#retire();
      this.#taken = item;
      this.#begin(item, source);
    }
  }

  stalenessMs(): number | undefined {
    return this.#run?.dose.stalenessMs;
  }

  report(): void {
    for (const reporter of this.#unreported) {
      if (reporter.done) this.#unreported.delete(reporter);
      else reporter.sendLast();
    }
    if (this.#run === undefined && this.#unreported.size === 0) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    }
  }

  #begin(item: DoseItem, source: DoseSource): void {
    let dose: Dose;
    try {
      dose = readItem(item, this.#settings.functionName);
    } catch (error) {
      logOnce(`the dose is not used: ${reasonOf(error)}`);
      return;
    }
    const reporter = new Reporter(dose, this.#store, this.#clock);
    const { functionName, concurrent } = this.#settings;
    const directives = directivesTo(dose, this.#directives, this.#clock);
    this.#run = new Run(dose, {
      realm: this.#realm,
      source,
      clock: this.#clock,
      reporter,
      memory: this.#memory,
      functionName,
      concurrent,
      directives,
    });
    this.#realm.active = this.#run;
    this.#stopListening ??= onTermination(() => this.#allReported());
  }

  #retire(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.end();
    this.#unreported.add(run.reporter);
    this.report();
  }

  async #allReported(): Promise<void> {
    const reporters = [...this.#unreported, ...(this.#run === undefined ? [] : [this.#run.reporter])];
    await Promise.all(reporters.map((reporter) => reporter.acknowledge(LAST_REPORT_MS)));
  }
}

/** Lambda gives a sandbox that it ends less than half a second. */
const LAST_REPORT_MS = 300;

function sameItem(a: DoseItem, b: DoseItem | undefined): boolean {
  return (
    a.epoch === b?.epoch && a.body === b?.body && a.expiresAt === b?.expiresAt && a.version === b?.version
  );
}

function readItem(item: DoseItem, functionName: string): Dose {
  if (item.version !== DOSE_VERSION) {
    throw new Error(`its item has version ${item.version ?? 'none'}, this layer understands ${DOSE_VERSION}`);
  }
  if (item.body === undefined || item.expiresAt === undefined)
    throw new Error('its item has no body or no end');
  const dose = readDose(item.body, functionName);
  if (item.epoch !== dose.epoch) {
    throw new Error(`its item has epoch ${item.epoch ?? 'none'}, and the dose in it ${dose.epoch}`);
  }
  return { ...dose, expiresAt: Math.min(dose.expiresAt, item.expiresAt) };
}

/** A dose that is valid and means this function; throws with the reason otherwise. */
export function readDose(text: string, functionName: string): Dose {
  const dose: unknown = JSON.parse(text);
  if (!isDose(dose)) {
    const [first] = validateDose.errors ?? [];
    throw new Error(
      `it is not a dose: ${first?.instancePath || 'the whole'} ${first?.message ?? 'is wrong'}`,
    );
  }
  if (dose.function !== functionName) {
    throw new Error(`it is for the function ${dose.function}, and this is ${functionName}`);
  }
  for (const { id, fault } of dose.faults) {
    const problem = moduleOf(fault).problem(fault);
    if (problem !== undefined) throw new Error(`fault ${id}: ${problem}`);
  }
  new Enroller(dose); // throws where its conditions cannot be read
  return dose;
}

function isDose(value: unknown): value is Dose {
  return validateDose(value);
}
