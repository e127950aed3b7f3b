import type { EpochMs } from './ids.ts';

export type Weekday = 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT' | 'SUN';

/** Hours on some weekdays. A `to` that is not after `from` is past midnight, and belongs to the day on which it begins. */
export interface WeeklyWindow {
  readonly days: readonly Weekday[];
  /** `09:00`. */
  readonly from: string;
  /** Up to `24:00`. */
  readonly to: string;
  readonly timezone: string;
}

/** Hours on one date. */
export interface DatedWindow {
  /** `2026-12-04`. */
  readonly date: string;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

export type Window = WeeklyWindow | DatedWindow;

/** Nothing runs then: holidays are whole days of a time zone; freezes and important dates may begin at any instant. */
export type Closed = { readonly reason: string } & (
  | { readonly firstDate: string; readonly lastDate: string; readonly timezone: string }
  | { readonly from: EpochMs; readonly to: EpochMs }
);

/** Somebody who may do something. An ARN is a pattern: `*` stands for anything. */
export type Principal =
  { readonly slackGroup: string } | { readonly slackUser: string } | { readonly aws: string };

/** One person behind several identities: a Slack user id, and patterns of ARNs. */
export interface Person {
  readonly name: string;
  readonly slack: string | null;
  readonly aws: readonly string[];
}

export type Permission = 'view' | 'start' | 'stop' | 'approve';

/** The settings as they apply at one stage of one account. Nothing in an experiment file widens them. */
export interface Guardrails {
  /** Of the stored settings; 0 where none are stored. */
  readonly version: number;
  readonly timezone: string;
  /** The outer bound of every run; null where none is given, so that an experiment's own window counts alone. */
  readonly windows: readonly Window[] | 'always' | null;
  readonly closed: readonly Closed[];
  /** The last date for which holidays and calendars are known: nothing runs after it. */
  readonly closedKnownUntil: string | null;
  /** Why nothing may run at this stage or in this account; null where it may. */
  readonly refusedHere: string | null;
  readonly maxExposure: number;
  readonly maxDurationMs: number;
  readonly maxRunsAtOnce: number;
  readonly allowedKinds: readonly string[] | 'all';
  /** An experiment needs an alarm that ends it. */
  readonly requireAlarms: boolean;
  /** Between the end of a run on a resource and the next run's faults on it. */
  readonly cooldownMs: number;
  readonly approval: {
    readonly required: boolean;
    /** How long a run waits for one. */
    readonly expiresAfterMs: number;
    /** Whoever asked for the run, or registered the experiment, may not approve it. */
    readonly fourEyes: boolean;
  };
  /** A run of the same experiment must have held at that stage, no longer ago than this. */
  readonly heldOn: { readonly stage: string; readonly withinDays: number } | null;
  readonly permissions: Readonly<Record<Permission, readonly Principal[] | 'anyone'>>;
  readonly people: readonly Person[];
  /** Where the team serves the reports itself. */
  readonly reportsUrl: string | null;
}

const hourMs = 3_600_000;
/** Stages that ask for an approval as long as no settings say otherwise. */
const productionStages: ReadonlySet<string> = new Set(['prod', 'production', 'live']);

export function isProduction(stage: string): boolean {
  return productionStages.has(stage);
}

/** As long as no settings are stored. */
export function defaultGuardrails(stage: string): Guardrails {
  return {
    version: 0,
    timezone: 'UTC',
    windows: null,
    closed: [],
    closedKnownUntil: null,
    refusedHere: null,
    maxExposure: 0.5,
    maxDurationMs: 24 * hourMs,
    maxRunsAtOnce: 20,
    allowedKinds: 'all',
    requireAlarms: false,
    cooldownMs: 0,
    approval: { required: isProduction(stage), expiresAfterMs: 24 * hourMs, fourEyes: false },
    heldOn: null,
    permissions: { view: 'anyone', start: [], stop: 'anyone', approve: [] },
    people: [],
    reportsUrl: null,
  };
}
