import { assertNever } from '../core/assert.ts';
import type { Command, OutboxEntry } from '../core/commands.ts';
import type { CommandResult } from '../core/events.ts';
import type { Stops } from '../core/facts.ts';
import { alarmNames } from '../core/guards.ts';
import type { EpochMs, ResourceId } from '../core/ids.ts';
import { wasApplied } from '../core/phases/ending.ts';
import type { RunStateChange } from '../core/publication.ts';
import type { Run, Unit } from '../core/run.ts';
import { DeadlineError, EffectError } from './errors.ts';
import { keepMs } from './keep.ts';
import type { EffectContext, FaultDriver, Json, Lease, Ports } from './ports.ts';

/** Every call has an end: a hanging one must not keep a run from reverting. */
const callDeadlineMs = 10_000;

const nothingStops: Stops = { killSwitch: { on: false, generation: 0 }, alarms: [] };
const done: CommandResult = { type: 'done' };

/** What is known already of what a command would read. */
export interface Known {
  readonly killSwitch?: Stops['killSwitch'];
}

/** Carries out one command. Never throws: what went wrong is a result, and the core decides what follows. */
export function perform(
  ports: Ports,
  run: Run,
  entry: OutboxEntry,
  known: Known = {},
): Promise<CommandResult> {
  const afterMs = entry.command.type === 'apply' ? run.settings.applyTimeoutMs : callDeadlineMs;
  return bounded(ports, afterMs, (signal) => carryOut(ports, run, entry, known, signal));
}

/** Publishes all of these changes with one call, which is the result of each. */
export function publishAll(ports: Ports, entries: readonly OutboxEntry[]): Promise<CommandResult> {
  const changes = entries.flatMap(({ command }) => (command.type === 'publish' ? [command.change] : []));
  return bounded(ports, callDeadlineMs, () => publish(ports, changes));
}

async function publish(ports: Ports, changes: readonly RunStateChange[]): Promise<CommandResult> {
  await ports.publish(changes);
  return done;
}

async function bounded(
  { clock }: Ports,
  afterMs: number,
  work: (signal: AbortSignal) => Promise<CommandResult>,
): Promise<CommandResult> {
  try {
    return await clock.deadline(afterMs, work);
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): CommandResult {
  if (error instanceof EffectError)
    return { type: 'failed', code: error.code, message: error.message, unknown: error.unknown };
  if (error instanceof DeadlineError)
    return { type: 'failed', code: error.code, message: error.message, unknown: true };
  const known = error instanceof Error ? error : new Error(String(error));
  return { type: 'failed', code: known.name, message: known.message, unknown: true };
}

async function carryOut(
  ports: Ports,
  run: Run,
  entry: OutboxEntry,
  known: Known,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { store } = ports;
  const { command } = entry;
  switch (command.type) {
    case 'gather-facts':
      return gatherFacts(ports, run, known, signal);
    case 'lock':
      // Opened again, it counts again.
      if (run.phase === 'reverting') await store.setUnderWay(run.id, true);
      return lock(ports, run, command.resources, signal);
    case 'unlock':
      for (const resource of command.resources) await store.unlock(resource, run.id, usedAt(run, resource));
      await store.setUnderWay(run.id, false);
      return done;
    case 'check-stops':
      return { type: 'stops', stops: await readStops(ports, run) };
    case 'observe': {
      const at = ports.clock.now();
      const [look, probed, stops] = await Promise.all([
        ports.observe(run, command.final, at),
        ports.probe(run, at),
        // With every fault gone nothing is left to stop.
        run.phase === 'observing' ? readStops(ports, run, known) : nothingStops,
      ]);
      return { type: 'observed', stops, ...look, ...probed };
    }
    case 'capture':
    case 'apply':
    case 'revert':
    case 'read-back':
      return effect(
        ports,
        run,
        command,
        `${ports.processId}/${run.id}/${entry.id}.${entry.attempts}`,
        signal,
      );
    case 'watch-alarms':
      await store.watchAlarms(run.id, command.alarms);
      return done;
    case 'unwatch':
      await store.unwatchAlarms(run.id, command.alarms);
      return done;
    case 'arm-dead-man':
      await ports.armDeadMan(
        // The dead-man has only so much room, and needs neither.
        { ...run, outbox: [], unwritten: [] },
        command.at,
        await Promise.all(run.units.map((unit) => withUndo(ports, run, unit))),
      );
      return done;
    case 'expire-undo':
      await store.expireUndo(run.id, command.units, (run.endedAt ?? ports.clock.now()) + keepMs);
      return done;
    case 'disarm-dead-man':
      await ports.disarmDeadMan(run.id);
      return done;
    case 'schedule-tick':
      await ports.scheduleTick(run.id, command.epoch, command.n, command.at);
      return done;
    case 'journal':
      await store.appendJournal(
        run.id,
        run.unwritten.filter(({ seq }) => seq <= command.through),
      );
      return done;
    case 'publish':
      return publish(ports, [command.change]);
    case 'page':
      await ports.page(run.id, command.message);
      return done;
    default:
      return assertNever(command);
  }
}

async function gatherFacts(
  ports: Ports,
  run: Run,
  known: Known,
  signal: AbortSignal,
): Promise<CommandResult> {
  // Before the others are counted: of two that begin at once, at least the later one sees the other.
  if (run.phase === 'checking') await ports.store.setUnderWay(run.id, true);
  const [facts, { checks }, stops] = await Promise.all([
    ports.facts(run, signal),
    ports.probe(run, ports.clock.now()),
    readStops(ports, run, known),
  ]);
  const units = ports.drivers.flatMap((driver) => driver.plan(run.experiment, facts.targets, run));
  return { type: 'facts', facts: { ...facts, stops, units, checks, at: ports.clock.now() } };
}

/** Where the run may have changed it. */
function usedAt({ units, endedAt }: Run, resource: ResourceId): EpochMs | null {
  return units.some((unit) => unit.resource === resource && wasApplied(unit)) ? endedAt : null;
}

async function readStops(ports: Ports, run: Run, known: Known = {}): Promise<Stops> {
  const names = alarmNames(run.experiment.abort?.alarms);
  const [killSwitch, alarms] = await Promise.all([
    known.killSwitch ?? ports.store.readKillSwitch(),
    names.length > 0 ? ports.alarms(names) : Promise.resolve([]),
  ]);
  return { killSwitch, alarms };
}

async function lock(
  ports: Ports,
  run: Run,
  resources: readonly ResourceId[],
  signal: AbortSignal,
): Promise<CommandResult> {
  const epochs: Record<ResourceId, number> = {};
  const used: Record<ResourceId, EpochMs> = {};
  // In one order everywhere, so that two runs on the same resources cannot each hold half.
  for (const resource of [...new Set(resources)].sort()) {
    signal.throwIfAborted();
    const granted = await lockOne(ports, run, resource);
    if ('heldBy' in granted) return { type: 'lock-held', resource, by: granted.heldBy };
    epochs[resource] = granted.epoch;
    if (granted.usedAt !== null) used[resource] = granted.usedAt;
  }
  return { type: 'locked', epochs, usedAt: used };
}

async function lockOne(ports: Ports, run: Run, resource: ResourceId): ReturnType<Ports['store']['lock']> {
  const granted = await ports.store.lock(resource, run.id);
  if (!('heldBy' in granted)) return granted;
  // A lock expires with its run only: one whose run has ended, or is stored no longer, was left by a process that died.
  const owner = await ports.store.loadRun(granted.heldBy);
  if (owner !== undefined && owner.run.phase !== 'ended') return granted;
  const taken = await ports.store.takeOver(resource, granted.heldBy, run.id);
  const left = owner === undefined ? null : usedAt(owner.run, resource);
  return 'heldBy' in taken ? taken : { ...taken, usedAt: left ?? taken.usedAt };
}

type EffectCommand = Extract<Command, { unit: string; type: 'capture' | 'apply' | 'revert' | 'read-back' }>;

async function effect(
  ports: Ports,
  run: Run,
  command: EffectCommand,
  holder: string,
  signal: AbortSignal,
): Promise<CommandResult> {
  const unit = run.units.find((candidate) => candidate.id === command.unit);
  if (unit === undefined) throw new Error(`Run ${run.id} has no unit ${command.unit}`);
  const driver = driverOf(ports, unit);
  if (command.type === 'capture') {
    const context = { run, unit, epoch: run.locks[unit.resource] ?? 0, undo: undefined, signal };
    await ports.store.putUndo(run.id, unit.id, await driver.capture(context));
    return done;
  }
  const context: EffectContext = { run, ...(await withUndo(ports, run, unit)), signal };
  if (command.type === 'read-back') return { type: 'read', ...(await driver.readBack(context)) };
  const now = ports.clock.now();
  const deadlineMs = command.type === 'apply' ? run.settings.applyTimeoutMs : callDeadlineMs;
  const lease = { holder, kind: command.type, now, until: now + deadlineMs + run.settings.skewMs };
  return underLease(ports, unit, lease, async () => {
    if (command.type === 'apply') await refuseStaleApply(ports, run, unit, command.leaseUntil);
    // After its deadline its outcome counts as unknown, so nothing of it may begin any more; and a process that stood
    // still may get an answer before its own timer.
    signal.throwIfAborted();
    if (ports.clock.now() >= now + deadlineMs) throw new DeadlineError(deadlineMs);
    if (command.type === 'revert') return { type: 'read', ...(await driver.revert(context)) };
    await driver.apply(context);
    return done;
  });
}

/** Right before the effect: an abort that is durable by now, or a lease that has run out, keeps it from starting. */
async function refuseStaleApply(ports: Ports, run: Run, unit: Unit, leaseUntil: number): Promise<void> {
  const stored = await ports.store.loadRun(run.id);
  const state = stored?.run.units.find((candidate) => candidate.id === unit.id)?.state;
  const wanted = stored?.run.phase === 'injecting' && stored.run.abort === null && state?.at === 'applying';
  if (!wanted)
    throw new EffectError('no-longer-wanted', 'The run was stopped before this fault was applied', {
      unknown: false,
    });
  if (ports.clock.now() + run.settings.applyTimeoutMs > leaseUntil)
    throw new EffectError('lease-over', 'Too little of the lease was left to apply this fault', {
      unknown: false,
    });
}

async function underLease(
  ports: Ports,
  unit: Unit,
  lease: Lease,
  work: () => Promise<CommandResult>,
): Promise<CommandResult> {
  if (!(await ports.store.takeLease(unit.resource, lease)))
    throw new EffectError('resource-busy', `Something else is changing ${unit.resource}`, { unknown: false });
  let result: CommandResult;
  try {
    result = await work();
  } catch (error) {
    result = failure(error);
  }
  // A revert may take the lease from an apply at any time, and nothing else comes next.
  if (lease.kind === 'apply') return result;
  try {
    await ports.store.releaseLease(unit.resource, lease.holder);
  } catch {
    // It runs out by itself; what was done to the resource matters more than this.
    return result;
  }
  return result;
}

async function withUndo(
  ports: Ports,
  run: Run,
  unit: Unit,
): Promise<{ unit: Unit; epoch: number; undo: Json }> {
  const undo = await ports.store.readUndo(run.id, unit.id);
  if (undo === undefined)
    throw new EffectError('no-undo-record', `Unit ${unit.id} has no undo record`, { unknown: false });
  return { unit, epoch: run.locks[unit.resource] ?? 0, undo };
}

function driverOf(ports: Ports, unit: Unit): FaultDriver {
  const driver = ports.drivers.find((candidate) => candidate.name === unit.driver);
  if (driver === undefined) throw new Error(`No driver ${unit.driver}`);
  return driver;
}
