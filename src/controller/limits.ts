import { lengthOf, rulesOf } from '../core/calendar/coming.ts';
import { openFor } from '../core/calendar/open.ts';
import type { Facts, Limits } from '../core/facts.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Run } from '../core/run.ts';

/** What the guardrails let any run here do. */
export function limitsOf(guardrails: Guardrails, runsNow: number): Limits {
  const { maxExposure, maxDurationMs, maxRunsAtOnce, allowedKinds, cooldownMs, refusedHere } = guardrails;
  return {
    maxExposure,
    maxDurationMs,
    maxRunsAtOnce,
    runsNow,
    allowedKinds,
    approvalRequired: guardrails.approval.required,
    alarmsRequired: guardrails.requireAlarms,
    cooldownMs,
    refusals: refusedHere === null ? [] : [{ code: 'refused-here', reason: refusedHere }],
  };
}

/** Whether the whole of the run, from its start to its last look, lies in what is open. */
export function windowOf(run: Run, guardrails: Guardrails, now: EpochMs): Facts['window'] {
  const { experiment } = run;
  const from = Math.max(now, run.startAt);
  const found = openFor(rulesOf(experiment, guardrails), from, from + lengthOf(experiment));
  return found.open
    ? { open: true, reason: '' }
    : { open: false, code: found.code, reason: `${found.reason}.` };
}
