import { systemClock } from '../../adapters/system-clock.ts';
import type { RunRequest } from '../../core/create.ts';
import { defaultJudgeSettings } from '../../core/evidence.ts';
import type { Run, RunSettings } from '../../core/run.ts';
import type { Experiment } from '../../generated/types.ts';
import type { LocalService } from '../service.ts';
import { onlyOnAws } from '../signals.ts';
import { claimsOf } from '../../signals/observe.ts';

export interface RequestOptions {
  readonly service: LocalService;
  readonly experiment: Experiment;
  readonly stage: string;
  readonly seed: number;
}

const tickMs = 1_000;
/** Far enough in the future for a run that is stopped before it starts. */
const neverMs = 24 * 60 * 60_000;

/** The request for a run on this machine; one that is stopped already is asked for so that it can be told of, and never starts. */
export function requestOf(
  { experiment, service, ...options }: RequestOptions,
  { id, slot, stopped }: Pick<RunRequest, 'id' | 'slot'> & { readonly stopped: boolean },
): RunRequest {
  const claims = claimsOf(experiment, (signal) => onlyOnAws(signal, service));
  return {
    id,
    experiment: withoutCloud(experiment),
    slot,
    requestedBy: 'inoculate run --local',
    settings: settingsOf(options),
    startAt: systemClock.now() + (stopped ? neverMs : 0),
    hypotheses: claims.hypotheses.map(({ hypothesis, claim }) => ({ hypothesis, claim })),
    checks: claims.checks,
    notJudged: [...claims.notJudged, ...onlyInTheCloud(experiment)],
  };
}

function settingsOf(options: Omit<RequestOptions, 'experiment' | 'service'>): RunSettings {
  return {
    stage: options.stage,
    tickMs,
    applyLeaseMs: 15_000,
    applyTimeoutMs: 5_000,
    stalenessMs: 1_000,
    skewMs: 0,
    maxSlotAgeMs: 15 * 60_000,
    approvalMs: 0,
    graceMs: 1_000,
    judge: defaultJudgeSettings,
    salt: `seed-${options.seed}-of-groups`,
  };
}

/** Alarms, schedules, triggers and channels exist on AWS only. Where alarms were all that ends a run early, a deviation does. */
function withoutCloud(experiment: Experiment): Experiment {
  const { schedule, announce, triggers, notify, abort, ...rest } = experiment;
  void schedule;
  void announce;
  void triggers;
  void notify;
  const hasAlarms = (abort?.alarms ?? []).length > 0;
  return { ...rest, abort: { onDeviation: hasAlarms || (abort?.onDeviation ?? true) } };
}

function onlyInTheCloud(experiment: Experiment): Run['notJudged'] {
  return (experiment.abort?.alarms ?? []).map((alarm) => ({
    signal: `alarm ${typeof alarm === 'string' ? alarm : alarm.name}`,
    why: 'CloudWatch alarms exist on AWS only.',
  }));
}
