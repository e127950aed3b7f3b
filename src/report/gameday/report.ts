import { titleOf } from '../../core/gameday/definition.ts';
import type { RunWord, Session, SessionRun, SessionStep, StopReason } from '../../core/gameday/session.ts';
import type { EpochMs, RunId } from '../../core/ids.ts';
import { findingsOf } from '../findings.ts';
import type { RunRecord } from '../record.ts';
import { capitalised, describeAbort, describeReverts, describeVerdict, unstopped } from '../sentences.ts';
import { latestTargets, looksOf, type Moments, momentsOf } from '../timeline.ts';
import { openQuestions } from './open.ts';
import type { SessionRecord } from './record.ts';
import { describeSession, type GameDayResult } from './sentences.ts';

/**
 * What a session of a game day showed, as `session.json` holds it beside the session itself. Within a schema version keys
 * are only ever added. Instants are milliseconds since 1970, durations milliseconds.
 */
export interface GameDayReport {
  readonly schemaVersion: 1;
  readonly session: string;
  readonly gameDay: string;
  readonly purpose: string | null;
  readonly stage: string;
  readonly result: GameDayResult;
  /** One sentence for people. */
  readonly sentence: string;
  /** Why it ended before its last step; null where it did not. */
  readonly stopped: StopReason | null;
  readonly times: {
    readonly requestedAt: EpochMs;
    readonly plannedStart: EpochMs;
    readonly plannedEnd: EpochMs | null;
    /** When its first run was asked for; null where there was none. */
    readonly startedAt: EpochMs | null;
    readonly endedAt: EpochMs | null;
  };
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly steps: readonly GameDayStep[];
  readonly runs: readonly GameDayRun[];
  /** What nobody knows yet, or has not mended, in sentences. */
  readonly open: readonly string[];
  readonly inoculateVersion: string;
}

export interface GameDayStep {
  readonly step: number;
  readonly title: string;
  readonly kind: 'run' | 'parallel' | 'pause';
  readonly state: SessionStep['state'];
  readonly reason: string | null;
  /** Of a pause; null where it was not come to, or of a step with runs. */
  readonly pausedFrom: EpochMs | null;
  readonly pausedUntil: EpochMs | null;
}

export interface GameDayRun {
  readonly step: number;
  readonly experiment: string;
  readonly run: RunId;
  readonly result: RunWord | 'running';
  readonly hypothesis: string | null;
  /** What came of it, in a sentence. */
  readonly sentence: string;
  /** Claims that were shown not to hold. */
  readonly broken: readonly string[];
  /** Who or what ended it early, and why; null where it took its course. */
  readonly endedEarly: string | null;
  /** Null where it did not come to be, or is not stored any more. */
  readonly times: Moments | null;
  readonly findings: readonly string[];
  /** No change of it is in place any more. */
  readonly reverted: boolean;
}

export function gameDayReportOf({ session, runs, inoculateVersion }: SessionRecord): GameDayReport {
  const records = new Map(runs.map((record) => [record.run.id, record]));
  const told = session.steps.flatMap((step, index) =>
    step.runs.map((run) => runOf(run, index + 1, records.get(run.run))),
  );
  const started = told.flatMap(({ times }) => (times === null ? [] : [times.requestedAt]));
  return {
    schemaVersion: 1,
    session: session.id,
    gameDay: session.gameDay.name,
    purpose: session.gameDay.purpose ?? null,
    stage: session.settings.stage,
    ...describeSession(session, told),
    stopped: session.stopped,
    times: {
      requestedAt: session.requestedAt,
      plannedStart: session.startAt,
      plannedEnd: session.endsAt,
      startedAt: started.length === 0 ? null : Math.min(...started),
      endedAt: session.endedAt,
    },
    requestedBy: session.requestedBy,
    approvedBy: session.approval?.by ?? null,
    steps: session.steps.map((_step, index) => stepOf(session, index, started)),
    runs: told,
    open: openQuestions(session, told),
    inoculateVersion,
  };
}

function runOf(
  { experiment, run, outcome, phase }: SessionRun,
  step: number,
  record: RunRecord | undefined,
): GameDayRun {
  const about = { step, experiment, run, result: outcome?.result ?? ('running' as const) };
  if (record === undefined)
    return {
      ...about,
      hypothesis: null,
      sentence: outcome === null ? `It is ${phase ?? 'not begun'}.` : capitalised(outcome.reason),
      broken: [],
      endedEarly: null,
      times: null,
      findings: [],
      reverted: true,
    };
  const { abort, units } = record.run;
  const reverted = units.every(({ state }) => state.at === 'reverted');
  return {
    ...about,
    hypothesis: record.run.experiment.hypothesis,
    sentence: describeVerdict(record).sentence,
    broken: brokenClaims(record),
    endedEarly: abort === null ? null : `${capitalised(unstopped(whyEnded(record)))}.`,
    times: momentsOf(record),
    findings: [
      ...findingsOf(record, latestTargets(looksOf(record.journal))),
      ...(reverted ? [] : [describeReverts(units)]),
    ],
    reverted,
  };
}

function brokenClaims({ run: { outcome } }: RunRecord): readonly string[] {
  if (outcome === null || !('verdict' in outcome)) return [];
  const { hypotheses, checks } = outcome.verdict;
  return [...hypotheses, ...checks].filter(({ verdict }) => verdict === 'deviated').map(({ claim }) => claim);
}

function whyEnded({ run: { abort } }: RunRecord): string {
  if (abort === null) return '';
  return abort.code === 'deviation'
    ? `aborted by Inoculate: the steady state did not hold (${unstopped(abort.detail)})`
    : describeAbort(abort);
}

function stepOf(session: Session, index: number, started: readonly EpochMs[]): GameDayStep {
  const definition = session.gameDay.steps[index];
  const { state = 'waiting', reason = null, since } = session.steps[index] ?? {};
  const kind =
    definition === undefined || 'run' in definition ? 'run' : 'pause' in definition ? 'pause' : 'parallel';
  const paused = kind === 'pause' && (state === 'done' || state === 'paused');
  // Steps come one after the other: a pause began when the step before it was over.
  const before = session.steps[index - 1]?.since ?? Math.min(session.startAt, ...started);
  return {
    step: index + 1,
    title: titleOf(definition),
    kind,
    state,
    reason,
    pausedFrom: paused ? (state === 'done' ? before : (since ?? null)) : null,
    pausedUntil: paused && state === 'done' ? (since ?? null) : null,
  };
}

/** The text of `session.json`, which tools read: its keys stay. */
export function sessionJson(record: SessionRecord): string {
  return `${JSON.stringify({ ...gameDayReportOf(record), stored: record.session }, null, 2)}\n`;
}
