import type { StoredGuardrails } from '../generated/types.ts';
import { isProduction } from './guardrails.ts';
import { isTimezone } from './schedule-checks.ts';
import { isDate } from './window-checks.ts';

/**
 * What the schema of stored guardrails cannot say: the first thing in them that means nothing, or undefined. Whoever
 * reads them relies on zones and dates that exist.
 */
export function nonsenseIn({
  timezone,
  windows,
  closed,
  closedKnownUntil,
}: StoredGuardrails): string | undefined {
  const listed = Array.isArray(windows) ? windows : [];
  const zones = [timezone, ...listed, ...closed].flatMap((one) =>
    typeof one === 'string' ? [one] : 'timezone' in one ? [one.timezone] : [],
  );
  const unknown = [...new Set(zones)].find((zone) => !isTimezone(zone));
  if (unknown !== undefined) return `there is no time zone ${unknown}`;
  const dates = [
    ...listed.flatMap((one) => ('date' in one ? [one.date] : [])),
    ...closed.flatMap((one) => ('firstDate' in one ? [one.firstDate, one.lastDate] : [])),
    ...(closedKnownUntil === null ? [] : [closedKnownUntil]),
  ];
  const wrong = dates.find((date) => !isDate(date));
  if (wrong !== undefined) return `there is no date ${wrong}`;
  const backwards = closed.find((one) =>
    'firstDate' in one ? one.lastDate < one.firstDate : one.to < one.from,
  );
  return backwards === undefined ? undefined : `"${backwards.reason}" ends before it begins`;
}

/** Why these may not hold at this stage: at a production stage nobody starts or approves whom nobody named. */
export function openToAll(
  { permissions }: Pick<StoredGuardrails, 'permissions'>,
  stage: string,
): string | undefined {
  if (!isProduction(stage)) return undefined;
  const open = (['start', 'approve'] as const).find((permission) => permissions[permission] === 'anyone');
  return open === undefined
    ? undefined
    : `At a production stage, and ${stage} is one, not anyone may ${open}: name groups, people or roles`;
}
