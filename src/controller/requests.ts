import { experimentTriggers } from '../adapters/aws/experiment-triggers.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import { DynamoDbSchedules } from '../adapters/dynamodb-schedules.ts';
import { assertNever } from '../core/assert.ts';
import type { RunId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run, Unit } from '../core/run.ts';
import type { SignedDirective } from '../faults/directive.ts';
import type { RequestMessage } from '../generated/types.ts';
import { register, type Registration, unregister } from '../registry/register.ts';
import type { Registered } from '../registry/registry.ts';
import type { SlotCounts } from '../registry/schedules.ts';
import type { Controller } from './controller.ts';
import {
  type GameDayAnswer,
  listGameDays,
  type ListedGameDay,
  listSessions,
  registerGameDays,
  removeGameDay,
  showSession,
} from './gameday/requests.ts';
import { type Coming, comingOf } from './next.ts';

/** A run in a line. */
export type RunLine = Pick<
  Run,
  'id' | 'phase' | 'phaseSince' | 'requestedAt' | 'requestedBy' | 'endedAt' | 'abort' | 'outcome'
> & {
  readonly experiment: string;
  /** Resources that are changed at the moment, or may be. */
  readonly inPlace: readonly string[];
};

/** A registered experiment without its text, and the latest of its runs that is still stored. */
export type Listed = Omit<Registered, 'text'> & {
  readonly lastRun: RunLine | null;
  /** Slots of its schedule that started no run; null where none has come so far. */
  readonly slots: SlotCounts | null;
};

export type Answer =
  | {
      readonly result: 'registered';
      readonly registrations: readonly Registration[];
      readonly gameDays: readonly Registration[];
    }
  | { readonly result: 'removed'; readonly experiment: string }
  | { readonly result: 'unknown-experiment'; readonly experiment: string }
  | Coming
  | {
      readonly result: 'list';
      readonly experiments: readonly Listed[];
      readonly gameDays: readonly ListedGameDay[];
    }
  | { readonly result: 'status'; readonly killSwitch: boolean; readonly runs: readonly RunLine[] }
  | { readonly result: 'runs'; readonly runs: readonly RunLine[] }
  | { readonly result: 'run'; readonly run: Run; readonly journal: readonly JournalEntry[] }
  | { readonly result: 'unknown-run'; readonly run: RunId }
  | SignedDirective
  | GameDayAnswer;

/** Lambda answers with at most 6 MB; the journal of a day's run may be longer. */
const maxJournalBytes = 4_000_000;

/** Answers one request of the command line. */
export async function answer(controller: Controller, request: RequestMessage): Promise<Answer> {
  const { control, store } = controller;
  const registry = new DynamoDbRegistry(control);
  switch (request.inoculate) {
    case 'register/1':
      return registerAll(controller, registry, request);
    case 'remove/1': {
      const removed = await unregister(
        { registry, triggers: triggersOf(controller), schedules: new DynamoDbSchedules(control) },
        request.experiment,
      );
      return {
        result: removed === 'removed' ? 'removed' : 'unknown-experiment',
        experiment: request.experiment,
      };
    }
    case 'list/1':
      return {
        result: 'list',
        experiments: await listed(controller, registry),
        gameDays: await listGameDays(controller),
      };
    case 'next/1':
      return comingOf(controller, request);
    case 'status/1': {
      const [active, killSwitch] = await Promise.all([store.listActive(), store.readKillSwitch()]);
      const runs = await linesOf(
        controller,
        active.map(({ id }) => id),
      );
      return { result: 'status', killSwitch: killSwitch.on, runs };
    }
    case 'runs/1': {
      const entries = await registry.runsOf(request.experiment, request.limit);
      return {
        result: 'runs',
        runs: await linesOf(
          controller,
          entries.map(({ id }) => id),
        ),
      };
    }
    case 'show/1':
      return show(controller, request.run, request.after);
    case 'directive/1':
      return (await import('./directive.ts')).signDirectiveFor(controller, request);
    case 'remove-gameday/1':
      return removeGameDay(controller, request);
    case 'session/1':
      return showSession(controller, request);
    case 'sessions/1':
      return listSessions(controller, request);
    default:
      return assertNever(request);
  }
}

async function registerAll(
  controller: Controller,
  registry: DynamoDbRegistry,
  request: Extract<RequestMessage, { inoculate: 'register/1' }>,
): Promise<Answer> {
  const { experiments, by } = request;
  const ports = {
    registry,
    triggers: triggersOf(controller),
    schedules: new DynamoDbSchedules(controller.control),
    options: { stage: controller.environment.stage },
    by,
    at: controller.ports.clock.now(),
  };
  const registrations: Registration[] = [];
  // One after the other: two of the same name in one request are two versions.
  for (const submission of experiments) registrations.push(await register(ports, submission));
  // After the experiments: a game day may name one that came with it.
  return { result: 'registered', registrations, gameDays: await registerGameDays(controller, request) };
}

function triggersOf({ aws, environment }: Controller): ReturnType<typeof experimentTriggers> {
  return experimentTriggers(aws, {
    prefix: `inoculate-${environment.stage}`,
    scheduleGroup: `inoculate-${environment.stage}-experiments`,
    startArn: environment.startArn,
    roleArn: environment.schedulerRoleArn,
    deadLetterArn: environment.deadLetterArn,
  });
}

async function listed(controller: Controller, registry: DynamoDbRegistry): Promise<readonly Listed[]> {
  const experiments = await registry.list();
  const schedules = new DynamoDbSchedules(controller.control);
  return Promise.all(
    experiments.map(async ({ text: _text, ...rest }) => {
      const [latest, slots] = await Promise.all([
        registry.runsOf(rest.name, 1),
        schedules.countsOf(rest.name),
      ]);
      const [lastRun = null] = await linesOf(
        controller,
        latest.map(({ id }) => id),
      );
      return { ...rest, lastRun, slots: slots ?? null };
    }),
  );
}

/** Runs that are not stored any more are left out. */
async function linesOf({ store }: Controller, ids: readonly RunId[]): Promise<readonly RunLine[]> {
  const runs = await Promise.all(ids.map((id) => store.loadRun(id)));
  return runs.flatMap((stored) => (stored === undefined ? [] : [lineOf(stored.run)]));
}

function lineOf({
  id,
  experiment,
  phase,
  phaseSince,
  requestedAt,
  requestedBy,
  endedAt,
  abort,
  outcome,
  units,
}: Run): RunLine {
  return {
    id,
    experiment: experiment.name,
    phase,
    phaseSince,
    requestedAt,
    requestedBy,
    endedAt,
    abort,
    outcome,
    inPlace: units.filter(({ state }) => mayBeInPlace.has(state.at)).map(({ resource }) => resource),
  };
}

const mayBeInPlace: ReadonlySet<Unit['state']['at']> = new Set(['applying', 'applied', 'reverting']);

async function show({ store }: Controller, id: RunId, after: number | undefined): Promise<Answer> {
  // The run comes first: what it tells has its entries in the journal by then.
  const stored = await store.loadRun(id);
  if (stored === undefined) return { result: 'unknown-run', run: id };
  const journal = await store.readJournal(id);
  return {
    result: 'run',
    run: stored.run,
    journal: after === undefined ? newest(journal) : oldest(journal, after),
  };
}

/** The newest entries that fit. */
function newest(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  let bytes = 0;
  const tooOld = journal.findLastIndex((entry) => (bytes += JSON.stringify(entry).length) > maxJournalBytes);
  return journal.slice(tooOld + 1);
}

/** The oldest entries after a number that fit: the next page. */
function oldest(journal: readonly JournalEntry[], after: number): readonly JournalEntry[] {
  let bytes = 0;
  const rest = journal.filter(({ seq }) => seq > after);
  const tooNew = rest.findIndex((entry) => (bytes += JSON.stringify(entry).length) > maxJournalBytes);
  return tooNew === -1 ? rest : rest.slice(0, tooNew);
}
