import { formatDate } from '../core/calendar/dates.ts';
import { describeWindow, length, timeOfDay } from '../core/calendar/words.ts';
import type { Closed, Guardrails, Permission } from '../core/guardrails.ts';
import { dayAt } from './moments.ts';

/** What is told of guardrails: all of them but their version, which only the stored ones have. */
export type Told = Omit<Guardrails, 'version'>;

/** One guardrail in words. */
export interface Row {
  readonly name: string;
  readonly says: string;
}

/** Every guardrail in words, in the order of the settings file. */
export function rowsOf(told: Told): readonly Row[] {
  const { timezone, approval, heldOn, people, refusedHere, allowedKinds, closedKnownUntil } = told;
  return [
    ...(refusedHere === null ? [] : [{ name: 'runs here', says: `none: ${refusedHere}` }]),
    { name: 'window', says: windowsInWords(told) },
    { name: 'time zone', says: timezone },
    ...(closedKnownUntil === null
      ? []
      : [
          {
            name: 'holidays and calendars',
            says: `known until ${closedKnownUntil}; nothing runs after that`,
          },
        ]),
    { name: 'exposure', says: `at most ${percent(told.maxExposure)}` },
    { name: 'duration', says: `at most ${length(told.maxDurationMs)}` },
    { name: 'runs at once', says: `at most ${told.maxRunsAtOnce}` },
    { name: 'faults', says: allowedKinds === 'all' ? 'every kind' : listOr(allowedKinds, 'no kind') },
    { name: 'alarms', says: told.requireAlarms ? 'each experiment must name one' : 'not required' },
    { name: 'cooldown', says: told.cooldownMs === 0 ? 'none' : length(told.cooldownMs) },
    {
      name: 'approval',
      says: approval.required
        ? `required within ${length(approval.expiresAfterMs)}${approval.fourEyes ? ', by somebody else (four eyes)' : ''}`
        : 'not required',
    },
    {
      name: 'before',
      says:
        heldOn === null
          ? 'nothing is required'
          : `the experiment must have held at ${heldOn.stage} within ${heldOn.withinDays} days`,
    },
    ...(['view', 'start', 'stop', 'approve'] as const).map((permission) => ({
      name: `may ${permission === 'view' ? 'look' : permission}`,
      says: whoInWords(told, permission),
    })),
    {
      name: 'people',
      says: listOr(
        people.map(({ name }) => name),
        'nobody is named',
      ),
    },
    ...(told.reportsUrl === null ? [] : [{ name: 'reports', says: told.reportsUrl }]),
  ];
}

function windowsInWords({ windows, timezone }: Told): string {
  if (windows === 'always') return 'always';
  if (windows === null) return `each experiment's own; without one, 09:00 to 17:00 on MON–FRI (${timezone})`;
  return windows.map((window) => describeWindow(window)).join(', and ');
}

function whoInWords({ permissions }: Told, permission: Permission): string {
  const who = permissions[permission];
  if (who === 'anyone') return 'anyone';
  return listOr(
    who.map((one) =>
      'slackGroup' in one
        ? `slack-group:${one.slackGroup}`
        : 'slackUser' in one
          ? `slack-user:${one.slackUser}`
          : `aws:${one.aws}`,
    ),
    'nobody from Slack; on AWS whoever IAM lets',
  );
}

function listOr(words: readonly string[], none: string): string {
  return words.length === 0 ? none : words.join(', ');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** `2026-12-24 to 2027-01-06 (Europe/Berlin): Christmas` */
export function closedInWords(closed: Closed, timezone: string): string {
  if ('firstDate' in closed) {
    const { firstDate, lastDate } = closed;
    return `${firstDate === lastDate ? firstDate : `${firstDate} to ${lastDate}`} (${closed.timezone}): ${closed.reason}`;
  }
  const [from, to] = [closed.from, closed.to].map(
    (at) => `${formatDate(dayAt(at, timezone))} ${timeOfDay(at, timezone)}`,
  );
  return `${from} to ${to} (${timezone}): ${closed.reason}`;
}
