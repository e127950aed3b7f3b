import type { OutboxEntry } from '../core/commands.ts';
import type { createRun } from '../core/create.ts';
import type { decide } from '../core/decide.ts';
import type { RunEvent } from '../core/events.ts';
import type { RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { ContentionError } from './errors.ts';
import { isUrgent, resultsOf } from './outcomes.ts';
import type { Ports, StoredRun } from './ports.ts';

/** Lost races in a row before the caller is told; AWS, or the next tick, then tries again. */
const maxConflicts = 20;

/** The core, as the engine asks it. */
export interface Rules {
  readonly createRun: typeof createRun;
  readonly decide: typeof decide;
}

/** A run as it was read, or as this process itself has just saved it. */
export type Loaded = Pick<StoredRun, 'run' | 'version'> & Partial<Pick<StoredRun, 'killSwitch'>>;

/** A decision that is durable, and what is to be carried out for it. */
export interface Committed {
  readonly run: Run;
  readonly version: number;
  readonly commands: readonly OutboxEntry[];
}

/** What changes nothing but the run's own records, and so may be carried out before the save that would ask for it. */
const harmless: ReadonlySet<OutboxEntry['command']['type']> = new Set([
  'gather-facts',
  'capture',
  'observe',
  'read-back',
  'journal',
] as const);
/** Rounds of such commands before one save: far more than any event needs. */
const maxEarlyRounds = 10;

/**
 * Loads (unless the run is known), decides, saves; where somebody else saved first, all of it again. What the decision
 * asks for and changes nothing is done before the save, so that its result is part of the same decision.
 */
export async function commit(
  ports: Ports,
  rules: Rules,
  id: RunId,
  events: readonly RunEvent[],
  known?: Loaded,
): Promise<Committed | undefined> {
  let loaded = known;
  for (let attempt = 0; attempt < maxConflicts; attempt += 1) {
    loaded ??= await ports.store.loadRun(id);
    if (loaded === undefined) return undefined;
    const { run, commands } = await decideOn(ports, rules, loaded, events);
    const { version } = loaded;
    if (run === loaded.run) return { run, version, commands: [] };
    if ((await ports.store.saveRun(run, version)) === 'saved') return { run, version: version + 1, commands };
    loaded = undefined;
  }
  throw new ContentionError(id, maxConflicts);
}

type Decided = Pick<Committed, 'run' | 'commands'>;

async function decideOn(
  ports: Ports,
  rules: Rules,
  loaded: Loaded,
  events: readonly RunEvent[],
): Promise<Decided> {
  const { killSwitch } = loaded;
  const known = killSwitch === undefined ? {} : { killSwitch };
  let decided = fold(rules, { run: loaded.run, commands: [] }, events);
  for (let round = 0; round < maxEarlyRounds; round += 1) {
    const early = decided.commands.filter((entry) => mayComeFirst(loaded.run, entry));
    // Nothing that must not wait waits for a look.
    if (early.length === 0 || decided.commands.some((entry) => isUrgent(entry) && !early.includes(entry)))
      break;
    // What was read with the run is old for what is read once it is injecting.
    const fresh = loaded.run.phase === 'injecting' ? {} : known;
    const results = await resultsOf(ports, decided.run, early, fresh);
    // What has failed is tried again by a later tick, and not at once.
    const commands = decided.commands.filter((entry) => !early.includes(entry));
    decided = fold(rules, { run: decided.run, commands }, results);
  }
  return decided;
}

function mayComeFirst(stored: Run, { command }: OutboxEntry): boolean {
  // What stops a run is read once it is stored as injecting, and not a moment earlier.
  return harmless.has(command.type) || (command.type === 'check-stops' && stored.phase === 'injecting');
}

/** Several events in a row, as one decision. */
function fold(rules: Rules, start: Decided, events: readonly RunEvent[]): Decided {
  let { run } = start;
  const issued = new Map(start.commands.map((entry) => [entry.id, entry]));
  for (const event of events) {
    const decision = rules.decide(run, event);
    run = decision.run;
    for (const entry of decision.commands) issued.set(entry.id, entry);
  }
  // What one event issued and a later one settled is not carried out.
  const wanted = new Set(run.outbox.map((entry) => entry.id));
  return { run, commands: [...issued.values()].filter((entry) => wanted.has(entry.id)) };
}
