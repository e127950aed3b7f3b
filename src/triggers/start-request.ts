import type { EpochMs } from '../core/ids.ts';
import type { Approval, GameDayPart, Slot } from '../core/run.ts';
import type { Experiment } from '../generated/types.ts';
import { validateRunRequestedMessage } from '../generated/validate-run-requested.js';
import { validateSlotMessage } from '../generated/validate-slot.js';
import { validateStartMessage } from '../generated/validate-start.js';
import { validateTriggerMessage } from '../generated/validate-trigger.js';
import { InvalidEventError } from './invalid-event.ts';

/** Somebody or something asks for a run of an experiment. */
export interface StartRequest {
  readonly experiment: string;
  readonly slot: Slot;
  readonly by: string;
  /** After the slot's time. */
  readonly delayMs: number;
  /** From an archive of events. */
  readonly replayed: boolean;
  /** One deployment may send several events: while a run that one of them made has not ended, this one makes none. */
  readonly joins?: true;
  /** Before its slot has come, so that people hear of the run, and may approve or stop it. */
  readonly ahead?: true;
  /** What it is part of, and takes over from. */
  readonly partOf?: PartOf;
}

/** A game day gives its runs its window, its channels and its approval. */
export interface PartOf {
  readonly gameDay: GameDayPart;
  readonly window: NonNullable<Experiment['window']> | null;
  readonly channels: readonly string[];
  readonly approval: Approval | null;
}

/** A slot of a schedule, an event that matched a trigger, a request event on the bus, or a person's request. */
export function startRequestOf(event: unknown): StartRequest {
  switch (kindOf(event)) {
    case 'slot/1':
      return ofSlot(event);
    case 'trigger/1':
      return ofTrigger(event);
    case 'start/1':
      return ofStart(event);
    default:
      return ofRequestEvent(event);
  }
}

function kindOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'inoculate' in event ? event.inoculate : undefined;
}

function ofSlot(event: unknown): StartRequest {
  if (!validateSlotMessage(event))
    throw new InvalidEventError('slot of a schedule', validateSlotMessage.errors);
  const at = instant(event.at);
  return {
    experiment: event.experiment,
    slot: { kind: 'scheduled', id: new Date(at).toISOString(), at },
    by: 'its schedule',
    delayMs: 0,
    replayed: false,
  };
}

function ofTrigger(event: unknown): StartRequest {
  if (!validateTriggerMessage(event))
    throw new InvalidEventError('event of a trigger', validateTriggerMessage.errors);
  const { id, time, source, 'detail-type': type, 'replay-name': replay } = event.event;
  return {
    experiment: event.experiment,
    slot: { kind: 'event', id, at: instant(time) },
    by: `event ${type} from ${source}`,
    delayMs: event.delayMs,
    replayed: replay !== undefined,
    joins: true,
  };
}

function ofStart(event: unknown): StartRequest {
  if (!validateStartMessage(event))
    throw new InvalidEventError('request to start', validateStartMessage.errors);
  return {
    experiment: event.experiment,
    slot: { kind: 'manual', id: event.id, at: instant(event.at) },
    by: event.by,
    delayMs: 0,
    replayed: false,
  };
}

function ofRequestEvent(event: unknown): StartRequest {
  if (!validateRunRequestedMessage(event))
    throw new InvalidEventError('request for a run', validateRunRequestedMessage.errors);
  const { id, time, source, detail, 'replay-name': replay } = event;
  return {
    experiment: detail.experiment,
    slot: { kind: 'event', id, at: instant(time) },
    by: detail.by ?? source,
    delayMs: 0,
    replayed: replay !== undefined,
  };
}

function instant(text: string): EpochMs {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidEventError('instant', [{ instancePath: text, message: 'is no such time' }]);
  return at;
}
