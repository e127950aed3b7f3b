import type { Guardrails } from '../../../../src/core/guardrails.ts';
import type { EpochMs } from '../../../../src/core/ids.ts';

/** Zones that put their clocks forward and back, by an hour and by half of one, or never. */
export const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Cairo',
  'America/Havana',
  'UTC',
] as const;

/** `2026-11-23T09:00Z` */
export function at(text: string): EpochMs {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new Error(`${text} is no instant`);
  return instant;
}

export function iso(instant: EpochMs | null): string | null {
  return instant === null ? null : new Date(instant).toISOString().replace(/:00\.000Z$/, 'Z');
}

/** Without windows or anything closed, so that a test adds what it is about. */
export const always: Pick<Guardrails, 'timezone' | 'windows' | 'closed' | 'closedKnownUntil'> = {
  timezone: 'UTC',
  windows: 'always',
  closed: [],
  closedKnownUntil: null,
};
