import type { GameDayStateChangeMessage, RunStateChangeMessage } from '../../../src/generated/types.ts';
import type { Message, Surroundings } from '../../../src/notifiers/message.ts';
import type { RunRecord } from '../../../src/report/record.ts';

/** What a run told of itself, as its journal has it. */
export function changesOf(
  { run, journal }: RunRecord,
  change: Partial<RunStateChangeMessage> = {},
): readonly RunStateChangeMessage[] {
  return journal
    .flatMap(({ at, what }) => (what.type === 'phase' ? [{ at, what }] : []))
    .map(({ at, what }, i): RunStateChangeMessage => {
      const ended = what.to === 'ended';
      const stopped = ended || what.to === 'reverting' || what.to === 'recovering';
      return {
        runId: `${run.experiment.name}.manual.r1`,
        experiment: run.experiment.name,
        seq: i + 1,
        kind: 'phase',
        thread: `${run.experiment.name}.manual.r1`,
        gameDay: null,
        at,
        from: what.from,
        phase: what.to,
        reason: what.reason,
        startAt: run.startAt,
        requestedBy: run.requestedBy,
        generation: 3,
        abort: stopped ? run.abort : null,
        outcome: ended ? run.outcome : null,
        channels: ['sns', 'slack:chaos'],
        ...change,
      };
    });
}

export const startAt = Date.UTC(2026, 11, 4, 10, 0);

export function sessionChange(change: Partial<GameDayStateChangeMessage> = {}): GameDayStateChangeMessage {
  const session = 'december.session.2026-12-04T10:00Z';
  const waiting = { phase: null, outcome: null, reason: null };
  return {
    session,
    gameDay: 'december',
    purpose: 'Learn what a slow warehouse does to the checkout.',
    seq: 1,
    at: startAt - 86_400_000,
    phase: 'announced',
    kind: 'phase',
    reason: 'It begins in a day.',
    requestedBy: 'ana',
    generation: 3,
    startAt,
    endsAt: startAt + 9_000_000,
    thread: session,
    channels: ['sns', 'slack:chaos'],
    step: null,
    steps: [
      {
        step: 1,
        title: 'checkout-slow',
        state: 'waiting',
        reason: null,
        runs: [{ experiment: 'checkout-slow', run: 'checkout-slow.gameday.1', ...waiting }],
      },
      { step: 2, title: 'Read the report together', state: 'waiting', reason: null, runs: [] },
      {
        step: 3,
        title: 'pricing-slow, payment-down',
        state: 'waiting',
        reason: null,
        runs: [
          { experiment: 'pricing-slow', run: 'pricing-slow.gameday.3', ...waiting },
          { experiment: 'payment-down', run: 'payment-down.gameday.3', ...waiting },
        ],
      },
    ],
    stopped: null,
    ...change,
  };
}

export function surroundingsOf(
  record: RunRecord | undefined,
  change: Partial<Surroundings> = {},
): Surroundings {
  return {
    stage: 'dev',
    reportOf: (of) => `https://reports.example.com/${'run' in of ? of.run : of.session}?a=1&b=2`,
    record,
    skipped: [],
    late: false,
    ...change,
  };
}

export const runMessage = (change: RunStateChangeMessage): Message => ({ of: 'run', change });
export const sessionMessage = (change: GameDayStateChangeMessage): Message => ({ of: 'session', change });
