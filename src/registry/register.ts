import { assertNever } from '../core/assert.ts';
import { resolveExperiment, type ResolveOptions } from '../core/experiment.ts';
import { nextOfRate } from '../core/calendar/slots.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Experiment } from '../generated/types.ts';
import { validateExperiment } from '../generated/validate-files.js';
import type { Registered, Registry } from './registry.ts';
import type { Schedules } from './schedules.ts';
import { type ExperimentTriggers, TriggerError } from './triggers.ts';

export interface Submission {
  readonly file: string;
  readonly text: string;
  /** As authored, with quantities as text. */
  readonly experiment: Readonly<Record<string, unknown>>;
}

export type Registration =
  | { readonly result: 'new' | 'changed' | 'unchanged'; readonly name: string; readonly version: number }
  | { readonly result: 'refused'; readonly file: string; readonly problems: readonly Problem[] };

export interface RegisterPorts {
  readonly registry: Registry;
  readonly triggers: ExperimentTriggers;
  readonly schedules: Schedules;
  readonly options: ResolveOptions;
  readonly by: string;
  readonly at: EpochMs;
}

/**
 * Stores an experiment as a new version, with its schedule and rules; never runs it. The same file again changes
 * nothing but what is missing of its schedule and rules.
 */
export async function register(ports: RegisterPorts, submission: Submission): Promise<Registration> {
  const resolved = resolve(submission, ports.options);
  if ('problems' in resolved)
    return { result: 'refused', file: submission.file, problems: resolved.problems };
  const { experiment } = resolved;
  const { name } = experiment;
  const before = await ports.registry.get(name);
  const unchanged = before !== undefined && JSON.stringify(before.experiment) === JSON.stringify(experiment);
  const scheduledSince = sinceOf(experiment, before, ports.at);
  try {
    await ports.triggers.sync(experiment, firstSlotOf(experiment, scheduledSince, ports.at));
  } catch (error) {
    await restore(ports, name, before, error);
    if (!(error instanceof TriggerError)) throw error;
    return { result: 'refused', file: submission.file, problems: [problemOf(error)] };
  }
  if (unchanged) {
    if (experiment.schedule !== undefined) await ports.schedules.keepPlanned(name);
    return { result: 'unchanged', name, version: before.version };
  }
  const version = (await ports.registry.lastVersion(name)) + 1;
  const { file, text } = submission;
  const registered = { registeredAt: ports.at, registeredBy: ports.by, scheduledSince };
  const entry = { name, version, experiment, file, text, ...registered };
  if ((await putOrRestore(ports, entry, before)) === 'stored') {
    // Only now: what is planned and not registered is taken for removed.
    if (experiment.schedule === undefined) await ports.schedules.unplan(name);
    else await ports.schedules.plan(name);
    return { result: before === undefined ? 'new' : 'changed', name, version };
  }
  // Somebody else registered it meanwhile: theirs counts, with its own schedule and rules.
  const meanwhile = new Error(
    `Experiment ${name} was registered by somebody else at the same time; look at theirs, and try again`,
  );
  await restore(ports, name, await ports.registry.get(name), meanwhile);
  throw meanwhile;
}

async function putOrRestore(
  ports: RegisterPorts,
  entry: Registered,
  before: Registered | undefined,
): Promise<'stored' | 'conflict'> {
  try {
    return await ports.registry.put(entry, before?.version ?? null);
  } catch (error) {
    // It may have been stored all the same.
    await restore(ports, entry.name, await ports.registry.get(entry.name), error);
    throw error;
  }
}

export async function unregister(
  { registry, triggers, schedules }: Pick<RegisterPorts, 'registry' | 'triggers' | 'schedules'>,
  name: string,
): Promise<'removed' | 'unknown'> {
  // Whatever starts it goes first: nothing may start what is not known any more.
  await triggers.remove(name);
  await schedules.unplan(name);
  if ((await registry.get(name)) === undefined) return 'unknown';
  await registry.remove(name);
  return 'removed';
}

/** After a failure what starts the experiment is again what it was. Where that fails too, both are told. */
async function restore(
  { triggers, at }: RegisterPorts,
  name: string,
  before: Registered | undefined,
  cause: unknown,
): Promise<void> {
  try {
    if (before === undefined) await triggers.remove(name);
    else {
      const { experiment, scheduledSince } = before;
      await triggers.sync(experiment, firstSlotOf(experiment, scheduledSince, at));
    }
  } catch (failure) {
    throw new AggregateError(
      [cause, failure],
      `What starts ${name} may not be what is registered now; register it again: ${String(cause)}; then ${String(failure)}`,
      { cause: failure },
    );
  }
}

const minuteMs = 60_000;

/** Since when the schedule counts: another version of the file with the same schedule moves none of its slots. */
function sinceOf({ schedule }: Experiment, before: Registered | undefined, at: EpochMs): EpochMs {
  const same = JSON.stringify(timesOf(before?.experiment.schedule)) === JSON.stringify(timesOf(schedule));
  return before !== undefined && same ? before.scheduledSince : Math.ceil(at / minuteMs) * minuteMs;
}

function timesOf(schedule: Experiment['schedule']): readonly unknown[] {
  return [schedule?.cron, schedule?.rate, schedule?.timezone];
}

/** The next slot of a rate; a cron expression says by itself when it is due. */
function firstSlotOf({ schedule }: Experiment, since: EpochMs, at: EpochMs): EpochMs | undefined {
  return schedule?.rate === undefined ? undefined : nextOfRate(schedule.rate, since, at);
}

function resolve(
  { experiment }: Submission,
  options: ResolveOptions,
): { readonly experiment: Experiment } | { readonly problems: readonly Problem[] } {
  if (!validateExperiment(experiment))
    return {
      problems: (validateExperiment.errors ?? []).map((error) => ({
        path: error.instancePath.split('/').slice(1),
        code: 'not-an-experiment',
        message: error.message ?? 'This does not follow the schema of experiments',
        found: '',
        expected: JSON.stringify(error.params),
      })),
    };
  const resolved = resolveExperiment(experiment, options);
  return resolved.ok ? { experiment: resolved.experiment } : { problems: resolved.problems };
}

function problemOf({ part, message }: TriggerError): Problem {
  switch (part) {
    case 'schedule':
      return {
        path: ['schedule'],
        code: 'bad-schedule',
        message: `EventBridge Scheduler does not take this schedule: ${message}`,
        found: '',
        expected: 'a cron or rate expression of EventBridge Scheduler',
      };
    case 'pattern':
      return {
        path: ['triggers'],
        code: 'bad-pattern',
        message: `EventBridge does not take this pattern: ${message}`,
        found: '',
        expected: 'an EventBridge event pattern',
      };
    case 'bus':
      return {
        path: ['triggers'],
        code: 'unknown-bus',
        message,
        found: '',
        expected: 'the name of an event bus, or no bus for the default one',
      };
    default:
      return assertNever(part);
  }
}
