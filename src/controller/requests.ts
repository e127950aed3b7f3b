import { experimentTriggers } from '../adapters/aws/experiment-triggers.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import { assertNever } from '../core/assert.ts';
import type { RunId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import type { RequestMessage } from '../generated/types.ts';
import { register, type Registration, unregister } from '../registry/register.ts';
import type { Registered } from '../registry/registry.ts';
import type { Controller } from './controller.ts';

/** A run in a line. */
export type RunLine = Pick<
  Run,
  'id' | 'phase' | 'phaseSince' | 'requestedAt' | 'requestedBy' | 'endedAt' | 'abort' | 'outcome'
> & { readonly experiment: string };

export type Answer =
  | { readonly result: 'registered'; readonly registrations: readonly Registration[] }
  | { readonly result: 'removed' | 'unknown-experiment'; readonly experiment: string }
  | { readonly result: 'list'; readonly experiments: readonly Omit<Registered, 'text'>[] }
  | { readonly result: 'status'; readonly killSwitch: boolean; readonly runs: readonly RunLine[] }
  | { readonly result: 'runs'; readonly runs: readonly RunLine[] }
  | { readonly result: 'run'; readonly run: Run; readonly journal: readonly JournalEntry[] }
  | { readonly result: 'unknown-run'; readonly run: RunId };

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
      const removed = await unregister({ registry, triggers: triggersOf(controller) }, request.experiment);
      return {
        result: removed === 'removed' ? 'removed' : 'unknown-experiment',
        experiment: request.experiment,
      };
    }
    case 'list/1':
      return { result: 'list', experiments: (await registry.list()).map(({ text: _text, ...rest }) => rest) };
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
      return show(controller, request.run);
    default:
      return assertNever(request);
  }
}

async function registerAll(
  controller: Controller,
  registry: DynamoDbRegistry,
  { experiments, by }: Extract<RequestMessage, { inoculate: 'register/1' }>,
): Promise<Answer> {
  const ports = {
    registry,
    triggers: triggersOf(controller),
    options: { stage: controller.environment.stage },
    by,
    at: controller.ports.clock.now(),
  };
  const registrations: Registration[] = [];
  // One after the other: two of the same name in one request are two versions.
  for (const submission of experiments) registrations.push(await register(ports, submission));
  return { result: 'registered', registrations };
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
  };
}

async function show({ store }: Controller, id: RunId): Promise<Answer> {
  const [stored, journal] = await Promise.all([store.loadRun(id), store.readJournal(id)]);
  return stored === undefined
    ? { result: 'unknown-run', run: id }
    : { result: 'run', run: stored.run, journal: withinAnswer(journal) };
}

/** The newest entries that fit. */
function withinAnswer(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  let bytes = 0;
  const oldestKept = journal.findLastIndex(
    (entry) => (bytes += JSON.stringify(entry).length) > maxJournalBytes,
  );
  return journal.slice(oldestKept + 1);
}
