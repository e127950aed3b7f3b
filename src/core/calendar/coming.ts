import type { Guardrails, Weekday, Window } from '../guardrails.ts';
import type { EpochMs } from '../ids.ts';
import { dayMs } from './dates.ts';
import { openFor } from './open.ts';
import { unitHash } from './seed.ts';
import { type Schedule, type SlotOptions, slotsAfter } from './slots.ts';
import { openSpans, windowRules, type WindowRules, workingDays } from './windows.ts';

/** A window as a file has it. */
interface OwnWindow {
  readonly days?: readonly Weekday[];
  readonly date?: string;
  readonly from: string;
  readonly to: string;
  readonly timezone?: string;
}

/** What an experiment says about its times. */
export interface Timed {
  readonly schedule?: Schedule & { readonly jitter?: 'window' | number };
  readonly window?: 'always' | OwnWindow | readonly OwnWindow[];
  readonly duration: number;
  readonly recovery?: number;
}

export type Scheduled = Timed & { readonly name: string };
export type TimeGuardrails = Pick<Guardrails, 'timezone' | 'windows' | 'closed' | 'closedKnownUntil'>;

/** A slot of a schedule, when its run starts, and why it would be skipped. */
export interface PlannedSlot {
  readonly at: EpochMs;
  readonly startAt: EpochMs;
  readonly skipped: { readonly code: string; readonly reason: string } | null;
}

/** Starts are drawn to the second. */
const grainMs = 1000;
/** A slot's message comes within its minute, and checks take their time: what is planned leaves room for that. */
const startsWithinMs = 2 * 60_000;
/** With no window to end it, a start drawn at random lies within a day of its slot. */
const longestJitterMs = dayMs;

/** Coming slots of a schedule after an instant, ascending; fewer where the schedule has no more. */
export function comingSlots(
  experiment: Scheduled,
  guardrails: TimeGuardrails,
  after: EpochMs,
  count: number,
  options?: SlotOptions,
): readonly PlannedSlot[] {
  const planned: PlannedSlot[] = [];
  if (experiment.schedule === undefined || count <= 0) return planned;
  for (const at of slotsAfter(experiment.schedule, after, options)) {
    planned.push(plannedSlot(experiment, guardrails, at));
    if (planned.length >= count) break;
  }
  return planned;
}

/** When the run of this slot starts, or why it does not. */
export function plannedSlot(experiment: Scheduled, guardrails: TimeGuardrails, at: EpochMs): PlannedSlot {
  const rules = rulesOf(experiment, guardrails);
  const open = openFor(rules, at, at + plannedLengthOf(experiment));
  if (!open.open) return { at, startAt: at, skipped: { code: open.code, reason: open.reason } };
  return { at, startAt: drawStart(experiment, rules, at), skipped: null };
}

/** When the run of a slot starts: always the same for the same experiment and slot. */
export function startOfSlot(experiment: Scheduled, guardrails: TimeGuardrails, slotAt: EpochMs): EpochMs {
  return plannedSlot(experiment, guardrails, slotAt).startAt;
}

/** How long a run is under way when nothing ends it early: all of that must lie inside the window. */
export function lengthOf({ duration, recovery }: Pick<Timed, 'duration' | 'recovery'>): number {
  return duration + (recovery ?? 0);
}

/** How long it may take from its planned start to its end. */
export function plannedLengthOf(experiment: Pick<Timed, 'duration' | 'recovery'>): number {
  return startsWithinMs + lengthOf(experiment);
}

export function rulesOf(
  experiment: Pick<Timed, 'window' | 'schedule'>,
  guardrails: TimeGuardrails,
): WindowRules {
  return windowRules(guardrails, ownWindows(experiment, guardrails.timezone));
}

/**
 * The experiment's own windows: on weekdays where one names no days, and each in its own time zone, else in the
 * schedule's, else in the settings'.
 */
export function ownWindows(
  { window, schedule }: Pick<Timed, 'window' | 'schedule'>,
  timezone: string,
): readonly Window[] | 'always' | null {
  if (window === undefined) return null;
  if (window === 'always') return 'always';
  const list = isList(window) ? window : [window];
  return list.map(({ days = workingDays, date, from, to, timezone: own }) => ({
    ...(date === undefined ? { days } : { date }),
    from,
    to,
    timezone: own ?? schedule?.timezone ?? timezone,
  }));
}

/** From the slot on, as far as the run still ends inside what is open; `at` itself is open for the whole run. */
function drawStart(experiment: Scheduled, rules: WindowRules, at: EpochMs): EpochMs {
  const jitter = experiment.schedule?.jitter;
  if (jitter === undefined) return at;
  const runMs = plannedLengthOf(experiment);
  const wantedMs = jitter === 'window' ? longestJitterMs : jitter;
  const [open] = openSpans(rules, at, at + wantedMs + runMs);
  const latest = (open?.to ?? at) - runMs;
  const choices = Math.floor((latest - at) / grainMs) + 1;
  const drawn = Math.floor(unitHash(`${experiment.name} ${new Date(at).toISOString()}`) * choices);
  return at + Math.max(0, drawn) * grainMs;
}

function isList<T extends object>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
