import { claimEventRun } from '../adapters/event-runs.ts';
import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import type { PlannedSlot } from '../core/calendar/coming.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { RunId } from '../core/ids.ts';
import { runIdOf } from '../core/run-id.ts';
import type { Registered } from '../registry/registry.ts';
import { claimsOf } from '../signals/observe.ts';
import type { Experiment } from '../generated/types.ts';
import type { PartOf, StartRequest } from '../triggers/start-request.ts';
import type { Controller } from './controller.ts';
import { runSettings } from './run-settings.ts';

/** What became of a request for a run. What a guard refuses is a run that ends as refused, with its reason. */
export type Started =
  | { readonly result: 'started' | 'exists'; readonly run: RunId }
  | { readonly result: 'refused'; readonly code: string; readonly reason: string };

/** Starts the run of a slot of a registered experiment, once however often it is asked for. */
export async function startRun(controller: Controller, request: StartRequest): Promise<Started> {
  const { control, engine, environment } = controller;
  if (request.replayed)
    return {
      result: 'refused',
      code: 'replayed',
      reason: 'The event comes from an archive: what it tells of is over.',
    };
  const registry = new DynamoDbRegistry(control);
  const registered = await registry.get(request.experiment);
  if (registered === undefined)
    return {
      result: 'refused',
      code: 'unknown-experiment',
      reason: `No experiment ${request.experiment} is registered here: inoculate register FILE does that.`,
    };
  const experiment = asPart(registered.experiment, request.partOf);
  const guardrails = await readGuardrails(control, environment.stage);
  const planned = await plannedSlotOf(controller, guardrails, registered, request);
  if (planned?.skipped != null) return { result: 'refused', ...planned.skipped };
  const id = runIdOf(experiment.name, request.slot);
  const joined = request.joins === true ? await runThatItJoins(controller, experiment.name, id) : undefined;
  if (joined !== undefined)
    return {
      result: 'refused',
      code: 'already-under-way',
      reason: `Run ${joined}, which another event asked for, has not ended: several events of one deployment are one run.`,
    };
  const claims = claimsOf(experiment);
  const startAt = Math.max(
    controller.ports.clock.now(),
    planned?.startAt ?? request.slot.at + request.delayMs,
  );
  await registry.addRun(experiment.name, { id, at: request.slot.at });
  const result = await engine.request({
    id,
    experiment,
    slot: request.slot,
    requestedBy: request.by,
    settings: runSettings(id, environment.stage, environment.tickMs, guardrails),
    startAt,
    announcements: (experiment.announce ?? []).map((leadMs) => startAt - leadMs),
    registeredBy: registered.registeredBy,
    hypotheses: claims.hypotheses.map(({ hypothesis, claim }) => ({ hypothesis, claim })),
    checks: claims.checks,
    notJudged: claims.notJudged,
    ...(request.partOf === undefined ? {} : { gameDay: request.partOf.gameDay }),
    ...(request.partOf?.approval == null ? {} : { approval: request.partOf.approval }),
  });
  return { result, run: id };
}

/** Null where no schedule asks for the run. The calendar is loaded only for one that does. */
async function plannedSlotOf(
  controller: Controller,
  guardrails: Guardrails,
  registered: Registered,
  { slot, ahead }: StartRequest,
): Promise<PlannedSlot | null> {
  if (slot.kind !== 'scheduled') return null;
  const { slotThatCame, slotToCome } = await import('./slots.ts');
  return ahead === true
    ? slotToCome(guardrails, registered, slot.at)
    : slotThatCame(controller, guardrails, registered, slot.at);
}

/** Undefined where the event makes a run of its own, or made it before. */
async function runThatItJoins(
  { control, store, ports: { clock } }: Controller,
  experiment: string,
  id: RunId,
): Promise<RunId | undefined> {
  const hasEnded = async (run: RunId): Promise<boolean | undefined> => {
    const stored = await store.loadRun(run);
    return stored === undefined ? undefined : stored.run.phase === 'ended';
  };
  const claimed = await claimEventRun(control, experiment, id, clock.now(), hasEnded);
  return claimed === id || (await hasEnded(id)) !== undefined ? undefined : claimed;
}

/** In a game day its window counts, where it has one, and its channels hear of its runs as well. */
function asPart(experiment: Experiment, partOf: PartOf | undefined): Experiment {
  if (partOf === undefined) return experiment;
  const notify = [...new Set([...(experiment.notify ?? []), ...partOf.channels])];
  return { ...experiment, notify, ...(partOf.window === null ? {} : { window: partOf.window }) };
}
