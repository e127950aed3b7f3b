import type { Facts } from '../../../src/core/facts.ts';
import type { RunStateChange } from '../../../src/core/publication.ts';
import { approve, done, type Driven, drivenTo, factsOf, startAt } from './decide-support.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const asked: Facts = factsOf({ limits: { ...factsOf().limits, approvalRequired: true } });

/** What the latest event told. */
function told({ handed }: Driven): readonly RunStateChange[] {
  return handed.flatMap(({ command }) => (command.type === 'publish' ? [command.change] : []));
}

/** With everything done that it had to do. */
function settled(driven: Driven): Driven {
  for (const { id } of driven.run.outbox) driven.event({ type: 'result', command: id, result: done });
  return driven;
}

describe('a run that waits for its start', () => {
  const announcements = [startAt + hourMs, startAt + 2 * hourMs - 15 * minuteMs];
  const waiting = (): Driven =>
    settled(drivenTo('announced', { startAt: startAt + 2 * hourMs, announcements }));

  it('is announced at each lead, under numbers of their own, and stays in its phase', () => {
    const driven = waiting();
    const { seq } = driven.run;
    driven.at = startAt;
    driven.tick(hourMs);
    expect(told(driven)).toMatchObject([
      { kind: 'reminder', seq: seq + 1, phase: 'announced', reason: 'It starts in 1h.' },
    ]);
    settled(driven).tick(45 * minuteMs);
    expect(told(driven)).toMatchObject([
      { kind: 'reminder', seq: seq + 2, phase: 'announced', reason: 'It starts in 15m.' },
    ]);
    settled(driven).tick(minuteMs);
    expect(told(driven)).toEqual([]);
    expect(driven.run.phase).toBe('announced');
  });

  it('is ticked in time for the next lead', () => {
    const driven = waiting();
    driven.at = startAt + hourMs - minuteMs;
    driven.tick(0);
    expect(driven.run.tick.expectedAt).toBe(startAt + hourMs);
  });

  it('tells once where several leads passed unseen, and nothing once it begins', () => {
    const late = waiting();
    late.at = startAt;
    late.tick(2 * hourMs - minuteMs);
    expect(told(late)).toHaveLength(1);
    const started = waiting();
    started.at = startAt;
    started.tick(2 * hourMs);
    expect(told(started).map(({ kind, phase }) => [kind, phase])).toEqual([['phase', 'checking']]);
  });

  it('can be put off, with its leads', () => {
    const driven = waiting();
    driven.event({ type: 'postpone', by: 'ada', startAt: startAt + 3 * hourMs });
    expect(driven.run.startAt).toBe(startAt + 3 * hourMs);
    expect(driven.run.announcements).toEqual(announcements.map((due) => due + hourMs));
    expect(told(driven)).toMatchObject([{ kind: 'postponed', startAt: startAt + 3 * hourMs }]);
  });

  it.each([
    ['to an earlier time', hourMs],
    ['to the same time', 2 * hourMs],
    ['by more than a week', 8 * 24 * hourMs],
  ])('cannot be put off %s', (_name, laterMs) => {
    const driven = waiting();
    driven.event({ type: 'postpone', by: 'ada', startAt: startAt + laterMs });
    expect(driven.run.startAt).toBe(startAt + 2 * hourMs);
    expect(told(driven)).toEqual([]);
  });

  it('cannot be put off once it has begun', () => {
    const driven = drivenTo('observing');
    const before = driven.run.startAt;
    driven.event({ type: 'postpone', by: 'ada', startAt: driven.at + hourMs });
    expect(driven.run.startAt).toBe(before);
  });
});

describe('a run that waits for an approval', () => {
  it('waits at least until its start, however short approvals are waited for', () => {
    const driven = drivenTo('awaiting-approval', { startAt: startAt + 3 * hourMs }, asked);
    driven.at = startAt;
    driven.tick(2 * hourMs);
    expect(driven.run.phase).toBe('awaiting-approval');
    driven.tick(hourMs + 1);
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'approval-expired' });
  });

  it('takes an approval that was given before a reminder', () => {
    const announcements = [startAt + hourMs];
    const driven = drivenTo('awaiting-approval', { startAt: startAt + 2 * hourMs, announcements }, asked);
    const { seq } = driven.run;
    driven.at = startAt;
    driven.tick(hourMs);
    expect(driven.run.seq).toBe(seq + 1);
    expect(approve(driven, { seq }).run.approval).toMatchObject({ by: 'someone' });
  });

  it('takes none that was given for the time before it was put off', () => {
    const driven = drivenTo('awaiting-approval', { startAt: startAt + 2 * hourMs }, asked);
    const { seq } = driven.run;
    driven.event({ type: 'postpone', by: 'ada', startAt: startAt + 3 * hourMs });
    expect(approve(driven, { seq }).run.phase).toBe('awaiting-approval');
    expect(approve(driven).run.phase).toBe('announced');
  });

  it('needs none where what it is part of was approved', () => {
    const approval = { by: 'ada', at: startAt };
    const driven = drivenTo('announced', { approval, startAt: startAt + hourMs }, asked);
    expect(driven.run.approval).toEqual(approval);
  });
});
