import type { Estimate, Evidence } from '../../core/evidence.ts';
import type { EpochMs } from '../../core/ids.ts';
import { logJoint } from '../../core/judge.ts';
import type { Run } from '../../core/run.ts';
import type { Look } from '../../local/controller.ts';
import { count, counted, duration } from '../../report/format.ts';
import { boundsOf, figure } from '../../report/sentences.ts';

/** What the live view shows. */
export interface LiveState {
  readonly run: Run | undefined;
  readonly look: Look | undefined;
  readonly now: EpochMs;
  /** Shown while there is no run yet. */
  readonly doing: string;
  readonly columns: number;
}

const barWidth = 16;
const gap = '   ';

/** The run as a few lines: phase and time left, both groups with their bounds, evidence towards an abort. */
export function liveLines({ run, look, now, doing, columns }: LiveState): readonly string[] {
  if (run === undefined) return [doing];
  if (look === undefined) return [phaseLine(run, now)];
  return [
    phaseLine(run, now),
    ...groupLines(look),
    ...comparison(look.evidence, columns),
    `evidence of harm  ${bar(shareOfNeeded(run, look))}  ${oddsSoFar(run, look)}`,
  ];
}

/** The same without a terminal: a line for the groups, and one for each hypothesis. */
export function plainLines(run: Run, look: Look): readonly string[] {
  return [
    `${groupLines(look).join('; ')}; evidence of harm ${oddsSoFar(run, look)}`,
    ...look.evidence.map(
      (one) =>
        `  ${one.claim}: with the fault ${estimate(one, one.experimental)}, without ${estimate(one, one.control)}`,
    ),
  ];
}

function phaseLine(run: Run, now: EpochMs): string {
  const { injection, phase } = run;
  if (injection === null || (phase !== 'observing' && phase !== 'injecting')) return phase;
  const plannedMs = injection.endsAt - injection.startedAt;
  const spent = Math.min(1, Math.max(0, (now - injection.startedAt) / plannedMs));
  const leftMs = Math.max(0, Math.ceil((injection.endsAt - now) / 1000) * 1000);
  return `${phase}  ${bar(spent)}  ${duration(leftMs)} left of ${duration(plannedMs)}`;
}

function groupLines(look: Look): readonly string[] {
  return look.targets.map(({ target, experimental, control, fired }) => {
    const injected = Object.values(fired).reduce((sum, times) => sum + times, 0);
    return `${target}: ${counted(experimental.started, 'invocation')} with the fault (${counted(injected, 'injection')}), ${count(control.started)} without`;
  });
}

/** One row a hypothesis, with the figures of both groups and their confidence bounds, which hold at every look. */
function comparison(evidence: readonly Evidence[], columns: number): readonly string[] {
  const rows = evidence.map((one): Row => [
    one.claim,
    estimate(one, one.experimental),
    estimate(one, one.control),
  ]);
  const table: readonly Row[] = [['', 'with the fault', 'without'], ...rows];
  const widths = ([0, 1, 2] as const).map((column) => Math.max(...table.map((row) => row[column].length)));
  const total = widths.reduce((sum, width) => sum + width, 2 * gap.length);
  if (total < columns)
    return table.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(gap)
        .trimEnd(),
    );
  return rows.flatMap(([claim, experimental, control]) => [
    claim,
    `  with the fault  ${experimental}`,
    `  without         ${control}`,
  ]);
}

type Row = readonly [claim: string, experimental: string, control: string];

/** "28 % (7.4 % to 68 %)". A quantile may lie beyond every answer there was: then its bound is all there is to tell. */
function estimate({ unit }: Evidence, { value, lower, upper, n }: Estimate): string {
  if (n === 0) return 'no data yet';
  const unbounded = upper === null && (lower ?? 0) === 0;
  const bounds = unbounded ? 'no bounds yet' : boundsOf({ unit }, { value, lower, upper, n, bad: 0 });
  return value === null ? bounds : `${figure({ unit }, value)} (${bounds})`;
}

function shareOfNeeded(run: Run, look: Look): number {
  const needed = Math.log(1 / run.settings.judge.alphaAbort);
  return Math.min(1, Math.max(0, logJoint(look.evidence, run.hypotheses) / needed));
}

/** "3.2 to 1 (aborts at 20 to 1)" */
function oddsSoFar(run: Run, look: Look): string {
  const needed = Math.log(1 / run.settings.judge.alphaAbort);
  return `${odds(logJoint(look.evidence, run.hypotheses))} to 1 (aborts at ${odds(needed)} to 1)`;
}

function odds(log: number): string {
  return log > Math.log(1e6) ? 'over a million' : String(Number(Math.exp(Math.max(0, log)).toPrecision(2)));
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}
