import type { Estimate, Evidence } from '../../core/evidence.ts';
import type { EpochMs } from '../../core/ids.ts';
import { logJoint } from '../../core/judge.ts';
import type { Run } from '../../core/run.ts';
import { formatDuration } from '../../core/units.ts';
import type { Look } from '../../local/controller.ts';

/** What the live view shows. */
export interface LiveState {
  readonly run: Run | undefined;
  readonly look: Look | undefined;
  readonly now: EpochMs;
}

const barWidth = 24;

/** The run as a few lines: phase and time left, both groups with their bounds, evidence towards an abort. */
export function liveLines({ run, look, now }: LiveState): readonly string[] {
  if (run === undefined) return ['warming up'];
  return [
    phaseLine(run, now),
    ...(look === undefined ? [] : [...groupLines(look), ...evidenceLines(run, look)]),
  ];
}

function phaseLine(run: Run, now: EpochMs): string {
  const { injection } = run;
  if (injection === null || (run.phase !== 'observing' && run.phase !== 'injecting')) return `${run.phase}`;
  const spent = Math.min(
    1,
    Math.max(0, (now - injection.startedAt) / (injection.endsAt - injection.startedAt)),
  );
  return `${run.phase}  ${bar(spent)}  ${formatDuration(Math.max(0, Math.ceil((injection.endsAt - now) / 1000) * 1000))} left`;
}

function groupLines(look: Look): readonly string[] {
  return look.targets.map(({ target, experimental, control, fired }) => {
    const injected = Object.values(fired).reduce((sum, count) => sum + count, 0);
    return `${target}: ${experimental.started} invocations with the fault (${injected} injections), ${control.started} without`;
  });
}

/** One line a hypothesis. The figures of both groups carry their confidence bounds, which hold at every look. */
export function evidenceLines(run: Run, look: Look): readonly string[] {
  const width = Math.max(0, ...look.evidence.map((one) => one.claim.length));
  const needed = Math.log(1 / run.settings.judge.alphaAbort);
  const joint = logJoint(look.evidence, run.hypotheses);
  return [
    ...look.evidence.map(
      (one) =>
        `  ${one.claim.padEnd(width)}  with ${estimate(one, one.experimental)}  without ${estimate(one, one.control)}`,
    ),
    `  evidence of harm ${bar(Math.min(1, Math.max(0, joint / needed)))} ${odds(joint)} of ${odds(needed)} to 1 needed to abort`,
  ];
}

function estimate({ unit }: Evidence, { value, lower, upper, n }: Estimate): string {
  if (n === 0 || value === null) return 'no data yet';
  return `${figure(unit, value)} (${figure(unit, lower ?? 0)} to ${upper === null ? 'any' : figure(unit, upper)})`;
}

function figure(unit: Evidence['unit'], value: number): string {
  return unit === 'ms' ? `${Math.round(value)} ms` : `${Number((value * 100).toPrecision(2))} %`;
}

function odds(log: number): string {
  return log > 14 ? 'over a million' : String(Number(Math.exp(Math.max(0, log)).toPrecision(2)));
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}
