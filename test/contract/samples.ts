import { createRun, type RunRequest } from '../../src/core/create.ts';
import { defaultJudgeSettings } from '../../src/core/evidence.ts';
import type { Run, RunSettings } from '../../src/core/run.ts';
import type { Experiment } from '../../src/generated/types.ts';

export const at = Date.UTC(2026, 0, 5, 10);

export const settings: RunSettings = {
  stage: 'test',
  tickMs: 1_000,
  applyLeaseMs: 20_000,
  applyTimeoutMs: 5_000,
  stalenessMs: 1_000,
  skewMs: 2_000,
  maxSlotAgeMs: 15 * 60_000,
  approvalMs: 600_000,
  graceMs: 1_000,
  judge: defaultJudgeSettings,
  salt: 'salt',
};

export const experiment: Experiment = {
  inoculate: 'experiment/1',
  name: 'checkout-fails',
  hypothesis: 'Checkout copes.',
  targets: { checkout: { lambda: 'shop-checkout' } },
  steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.01 }],
  faults: [{ kind: 'invocation.error', target: 'checkout', rate: 0.5 }],
  exposure: 0.1,
  duration: 60_000,
};

export function requestOf(change: Partial<RunRequest> = {}): RunRequest {
  return {
    id: 'checkout-fails.event.e1',
    experiment,
    slot: { kind: 'event', id: 'e1', at },
    requestedBy: 'test',
    settings,
    startAt: at,
    hypotheses: [{ hypothesis: 'failures.atMost', claim: 'failures at most 1 %' }],
    checks: [],
    notJudged: [],
    ...change,
  };
}

export function runOf(change: Partial<RunRequest> = {}): Run {
  return createRun(requestOf(change), at).run;
}
