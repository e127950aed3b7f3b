import { defaultGuardrails, type Permission, type Principal, type Window } from '../core/guardrails.ts';
import { listing } from '../core/problem.ts';
import type { Settings, StoredGuardrails } from '../generated/types.ts';
import type { ClosedTimes } from './closed.ts';
import { kindsLike } from './kinds.ts';
import { type Limits, limitsAt } from './limits.ts';

/** Where settings are to hold. */
export interface Place {
  readonly stage: string;
  readonly account: string;
}

const weekdays = ['MON', 'TUE', 'WED', 'THU', 'FRI'] as const;

/**
 * What settings say for one stage of one account. No limit is ever above the product's own, whatever the file says; what
 * it does not say is as without settings.
 */
export function guardrailsOf(
  settings: Settings,
  { stage, account }: Place,
  { closed, knownUntil }: ClosedTimes,
): StoredGuardrails {
  const limits = limitsAt(settings, stage);
  const without = defaultGuardrails(stage);
  const timezone = limits.timezone ?? without.timezone;
  const { approval = {}, requires } = limits;
  return {
    timezone,
    windows: windowsOf(limits.window, timezone),
    closed: [...closed],
    closedKnownUntil: knownUntil,
    refusedHere: refusal(settings, limits, { stage, account }),
    maxExposure: Math.min(limits.exposure ?? without.maxExposure, without.maxExposure),
    maxDurationMs: Math.min(limits.duration ?? without.maxDurationMs, without.maxDurationMs),
    maxRunsAtOnce: Math.min(limits.runsAtOnce ?? without.maxRunsAtOnce, without.maxRunsAtOnce),
    allowedKinds: kindsOf(limits.faults),
    requireAlarms: limits.requireAlarms ?? without.requireAlarms,
    cooldownMs: limits.cooldown ?? without.cooldownMs,
    approval: {
      required: approval.required ?? without.approval.required,
      expiresAfterMs: approval.expiresAfter ?? without.approval.expiresAfterMs,
      fourEyes: approval.fourEyes ?? without.approval.fourEyes,
    },
    heldOn:
      requires === undefined || requires === 'none'
        ? null
        : { stage: requires.heldOn, withinDays: requires.withinDays },
    permissions: permissionsOf(limits, without.permissions),
    people: (settings.people ?? []).map(({ name, slack, aws }) => ({
      name,
      slack: slack ?? null,
      aws: aws ?? [],
    })),
    reportsUrl: limits.reports?.url ?? null,
  };
}

function refusal(
  { allowedStages }: Settings,
  { accounts }: Limits,
  { stage, account }: Place,
): string | null {
  if (allowedStages !== undefined && !allowedStages.includes(stage))
    return `The settings allow no runs at stage ${stage}, only at ${listing(allowedStages, 'and')}.`;
  return accounts !== undefined && !accounts.includes(account)
    ? `The settings allow no runs of stage ${stage} in account ${account}, only in ${accounts.join(', ')}.`
    : null;
}

function windowsOf(window: Limits['window'], timezone: string): StoredGuardrails['windows'] {
  if (window === undefined) return null;
  if (window === 'always') return window;
  return (Array.isArray(window) ? window : [window]).map((one): Mutable<Window> => {
    const hours = { from: one.from, to: one.to, timezone: one.timezone ?? timezone };
    return one.date === undefined
      ? { days: [...(one.days ?? weekdays)], ...hours }
      : { date: one.date, ...hours };
  });
}

type Mutable<T> = Exclude<StoredGuardrails['windows'], null | 'always'>[number] & T;

/** By name: a kind that a later version brings is not allowed until somebody stores the settings anew. */
function kindsOf(faults: Limits['faults']): StoredGuardrails['allowedKinds'] {
  if (faults === undefined || faults === 'all') return 'all';
  return [...new Set(faults.flatMap(kindsLike))].sort();
}

function permissionsOf(
  { permissions = {} }: Limits,
  without: ReturnType<typeof defaultGuardrails>['permissions'],
): StoredGuardrails['permissions'] {
  const who = (permission: Permission): 'anyone' | Principal[] => {
    const given = permissions[permission] ?? without[permission];
    return given === 'anyone'
      ? given
      : given.map((one) => (typeof one === 'string' ? principalOf(one) : one));
  };
  return { view: who('view'), start: who('start'), stop: who('stop'), approve: who('approve') };
}

/** `slack-group:S0123ABCD`, `slack-user:U0123ABCD`, `aws:arn:…` */
function principalOf(text: string): Principal {
  const [, sort, id = ''] = /^(slack-group|slack-user|aws):(.+)$/.exec(text) ?? [];
  switch (sort) {
    case 'slack-group':
      return { slackGroup: id };
    case 'slack-user':
      return { slackUser: id };
    case 'aws':
      return { aws: id };
    default:
      throw new Error(`${JSON.stringify(text)} has not been checked`);
  }
}
