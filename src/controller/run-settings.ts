import { createHash } from 'node:crypto';
import { defaultJudgeSettings } from '../core/evidence.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { RunId } from '../core/ids.ts';
import type { RunSettings } from '../core/run.ts';

/** What every run on AWS is given. */
export function runSettings(
  id: RunId,
  stage: string,
  tickMs: number,
  { approval }: Pick<Guardrails, 'approval'>,
): RunSettings {
  return {
    stage,
    tickMs,
    slowestLookMs: Math.max(tickMs, 30_000),
    applyLeaseMs: 30_000,
    applyTimeoutMs: 15_000,
    stalenessMs: 1_000,
    skewMs: 2_000,
    maxSlotAgeMs: 15 * 60_000,
    approvalMs: approval.expiresAfterMs,
    graceMs: 5_000,
    judge: defaultJudgeSettings,
    // The same for the same run, so that a request that comes twice draws the same groups.
    salt: createHash('sha256').update(`groups of ${id}`).digest('hex').slice(0, 32),
  };
}
