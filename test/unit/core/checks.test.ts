import fc from 'fast-check';
import {
  absorbChecks,
  type CheckResult,
  type CheckSpec,
  newCheck,
  newsOf,
  type Part,
} from '../../../src/core/checks.ts';
import { judgeCheck } from '../../../src/core/check-verdicts.ts';
import type { CommandResult, UnitObservation } from '../../../src/core/events.ts';
import type { Facts } from '../../../src/core/facts.ts';
import { experiment } from '../../contract/samples.ts';
import { Driven, drivenTo, factsOf, observed, read, unit } from './decide-support.ts';

const spec: CheckSpec = {
  signal: 'orders',
  claim: 'orders at least 100',
  when: ['before', 'during', 'after'],
  tolerates: 0,
  knownAfterMs: 0,
};
const result = (state: CheckResult['state'], part: Part, change: Partial<CheckResult> = {}): CheckResult => ({
  signal: 'orders',
  part,
  state,
  value: 37,
  detail: '37 at 10:05',
  ...change,
});
const kept = (part: Part): CheckResult => result('kept', part);
const broken = (part: Part): CheckResult => result('broken', part);

/** A change of configuration on AWS: nobody reports, and there are no groups. */
const policy = { ...unit, id: 'policy:q', driver: 'policy', resource: 'policy:q' };
const only = { hypotheses: [], checks: [spec] };
const facts = (checks: readonly CheckResult[] = [kept('before')]): Facts =>
  factsOf({ units: [policy], checks });

type Seen = Extract<CommandResult, { type: 'observed' }>;

function look(checks: readonly CheckResult[], effects: readonly UnitObservation[] = []): CommandResult {
  return { ...(observed() as Seen), targets: [], checks, effects };
}

function observing(change: Partial<CheckSpec> = {}): Driven {
  return drivenTo('observing', { hypotheses: [], checks: [{ ...spec, ...change }] }, facts());
}

/** Ends the fault as planned, and every change with it. */
function recovering(driven: Driven): Driven {
  driven.tick(experiment.duration);
  driven.result('revert', read('clean'), { unit: policy.id });
  driven.tick(5_000);
  return driven.result('read-back', read('clean'), { unit: policy.id });
}

describe('before the fault', () => {
  const refused = (checks: readonly CheckResult[], when: readonly Part[] = spec.when): unknown => {
    const driven = drivenTo('checking', { hypotheses: [], checks: [{ ...spec, when }] }, facts([]));
    driven.result('gather-facts', { type: 'facts', facts: { ...facts(checks), at: driven.at } });
    const { outcome } = driven.run;
    return outcome?.result === 'refused' ? outcome : driven.run.phase;
  };

  it('what is broken refuses the run, with the signal and its value', () => {
    expect(refused([broken('before')])).toMatchObject({
      code: 'steady-state-absent',
      reason: expect.stringMatching(/Signal orders: orders at least 100 \(37 at 10:05\)/) as unknown,
    });
  });

  it('what cannot be read refuses it, since it could not stop it either', () => {
    const blind = result('unknown', 'before', { blind: true, detail: 'AccessDenied' });
    expect(refused([blind])).toMatchObject({ code: 'signal-unreadable' });
    expect(refused([])).toMatchObject({ code: 'signal-unreadable' });
  });

  it('what has no data yet does not', () => {
    expect(refused([result('unknown', 'before')])).toBe('checking');
    expect(refused([kept('before')])).toBe('checking');
  });

  it('a signal that need not hold then is not asked for', () => {
    expect(refused([], ['during', 'after'])).toBe('checking');
  });

  it('nothing is asked for when the run is only requested', () => {
    const driven = new Driven(only).result('gather-facts', { type: 'facts', facts: facts([]) });
    expect(driven.run.phase).toBe('announced');
  });
});

describe('under the fault', () => {
  it('what is broken ends the run as a deviation', () => {
    const driven = observing()
      .tick()
      .result('observe', look([broken('during')]));
    expect(driven.run).toMatchObject({
      phase: 'reverting',
      abort: { code: 'deviation', hypotheses: ['orders'], detail: 'orders at least 100 (37 at 10:05)' },
    });
  });

  it('and does not where the file says so, but the verdict is the same', () => {
    const onAlarm = { ...experiment, abort: { alarms: ['errors'], onDeviation: false } };
    const stops = {
      killSwitch: { on: false, generation: 0 },
      alarms: [{ name: 'errors', state: 'OK' as const }],
    };
    const driven = drivenTo('observing', { ...only, experiment: onAlarm }, { ...facts(), stops });
    const seen = (...checks: readonly CheckResult[]): CommandResult => ({ ...(look(checks) as Seen), stops });
    driven.tick().result('observe', seen(broken('during')));
    expect(driven.run.phase).toBe('observing');
    recovering(driven)
      .tick(30_000)
      .result('observe', seen(kept('after')));
    expect(driven.run.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'deviated' } });
  });

  it('what goes wrong no more often in a row than is tolerated does not', () => {
    const driven = observing({ tolerates: 2 });
    for (const one of [broken, broken, kept, broken, broken])
      driven.tick().result('observe', look([one('during')]));
    expect(driven.run.phase).toBe('observing');
    // What is not known is no good news.
    driven.tick().result('observe', look([result('unknown', 'during')]));
    driven.tick().result('observe', look([broken('during')]));
    expect(driven.run.abort?.code).toBe('deviation');
  });

  it('a period that is looked at again is no second deviation', () => {
    const driven = observing({ tolerates: 1 });
    const first = result('broken', 'during', { period: 60_000 });
    driven
      .tick()
      .result('observe', look([first]))
      .tick()
      .result('observe', look([first]));
    expect(driven.run.phase).toBe('observing');
    driven.tick().result('observe', look([{ ...first, period: 120_000 }]));
    expect(driven.run.phase).toBe('reverting');
  });

  it('a run that nothing of can be read for several looks is ended, as one that cannot be watched', () => {
    const driven = observing();
    const blind = result('unknown', 'during', { blind: true, detail: 'AccessDenied' });
    for (let n = 0; n < 5; n += 1) driven.tick().result('observe', look([blind]));
    expect(driven.run.abort).toEqual({ code: 'not-measurable', detail: 'signal orders: AccessDenied' });
  });

  it('one that has other evidence is not', () => {
    const driven = drivenTo('observing', { checks: [spec] }, facts());
    const blind = result('unknown', 'during', { blind: true });
    for (let n = 0; n < 9; n += 1) driven.tick().result('observe', look([blind]));
    expect(driven.run.phase).toBe('observing');
  });
});

describe('after the fault', () => {
  const before = (): Driven =>
    recovering(
      observing()
        .tick()
        .result('observe', look([kept('during')])),
    );

  it('the run ends once what must hold does, and held', () => {
    const driven = before();
    expect(driven.run.phase).toBe('recovering');
    driven.tick().result('observe', look([broken('after')]));
    driven.tick(2_000).result('observe', look([kept('after')]));
    expect(driven.run.phase).toBe('recovering');
    driven.tick().result('observe', look([kept('after')]));
    expect(driven.run.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'held' } });
  });

  it('what still does not hold when the time is over is a deviation', () => {
    const driven = before();
    while (driven.run.phase === 'recovering') driven.tick().result('observe', look([broken('after')]));
    expect(driven.run.outcome).toMatchObject({ result: 'completed', verdict: { verdict: 'deviated' } });
    expect(driven.at).toBeGreaterThanOrEqual(driven.run.recoverUntil ?? Infinity);
  });

  it('what breaks again right at the last look is watched on, as long as there is time', () => {
    const driven = before();
    driven.tick(2_000).result('observe', look([kept('after')]));
    driven.tick().result('observe', look([broken('after')]));
    expect(driven.run.phase).toBe('recovering');
  });

  it('what nobody could see is not called held', () => {
    const driven = before();
    while (driven.run.phase === 'recovering')
      driven.tick().result('observe', look([result('unknown', 'after')]));
    expect(driven.run.outcome).toMatchObject({
      verdict: {
        verdict: 'inconclusive',
        sentence: expect.stringMatching(/No look after|no look after/) as unknown,
      },
    });
  });

  it('it lasts until a signal can first show what the fault left', () => {
    const slow = recovering(observing({ knownAfterMs: 180_000 }));
    expect(slow.run.recoverUntil).toBeGreaterThan(slow.run.phaseSince + 180_000);
  });
});

describe('the verdict on a change of configuration', () => {
  const end = (driven: Driven, effects: readonly UnitObservation[] = []): unknown => {
    driven.tick().result('observe', look([kept('during')], effects));
    recovering(driven)
      .tick(30_000)
      .result('observe', look([kept('after')]));
    const { outcome } = driven.run;
    return outcome !== null && 'verdict' in outcome ? outcome.verdict : outcome;
  };
  const seen = (inEffect: boolean | null): UnitObservation => ({ unit: policy.id, inEffect, detail: '' });

  it('needs no layer that reports, and no fault that fires', () => {
    expect(end(observing())).toMatchObject({ verdict: 'held' });
  });

  it('is inconclusive where it was seen to make no difference', () => {
    expect(end(observing(), [seen(false)])).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining('Fault f1 was in place, but had no effect') as unknown,
    });
    expect(end(observing(), [seen(null)])).toMatchObject({ verdict: 'held' });
  });

  it('counts an effect that was seen once, whatever is seen later', () => {
    const driven = observing()
      .tick()
      .result('observe', look([kept('during')], [seen(true)]));
    expect(end(driven, [seen(false)])).toMatchObject({ verdict: 'held' });
  });

  it('is a deviation where something broke, though no effect was seen yet', () => {
    const driven = observing()
      .tick()
      .result('observe', look([broken('during')], [seen(false)]));
    driven.result('revert', read('clean'), { unit: policy.id });
    driven.tick(5_000);
    driven.result('read-back', read('clean'), { unit: policy.id });
    driven.tick(30_000).result('observe', look([kept('after')]));
    expect(driven.run.outcome).toMatchObject({ result: 'aborted', verdict: { verdict: 'deviated' } });
  });
});

describe('what is kept of many looks', () => {
  const looks = fc.array(
    fc.record({
      state: fc.constantFrom('kept' as const, 'broken' as const, 'unknown' as const),
      part: fc.constantFrom<Part>('during', 'after'),
      period: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    }),
    { maxLength: 30 },
  );
  const absorbed = (given: readonly CheckResult[], tolerates = 0): ReturnType<typeof newCheck> =>
    given.reduce((states, one) => absorbChecks(states, newsOf(states, [one]), 0), [
      newCheck({ ...spec, tolerates }),
    ] as readonly ReturnType<typeof newCheck>[])[0] ?? newCheck(spec);

  it('a deviation once seen is never forgotten, whatever follows', () => {
    fc.assert(
      fc.property(looks, looks, (first, second) => {
        const results = (list: typeof first): CheckResult[] =>
          list.map(({ state, part, period }) => result(state, part, period === undefined ? {} : { period }));
        const early = absorbed(results(first));
        const late = absorbed([...results(first), ...results(second)]);
        if (early.broke.during !== undefined) expect(judgeCheck(late).verdict).toBe('deviated');
      }),
    );
  });

  it('with nothing tolerated, the order of the looks under the fault does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('kept' as const, 'broken' as const, 'unknown' as const)),
        (states) => {
          const forwards = judgeCheck(
            absorbed([...states.map((state) => result(state, 'during')), kept('after')]),
          );
          const backwards = judgeCheck(
            absorbed([...[...states].reverse().map((state) => result(state, 'during')), kept('after')]),
          );
          expect(backwards.verdict).toBe(forwards.verdict);
        },
      ),
    );
  });

  it('held needs a look under the fault that showed it, and one after it', () => {
    expect(judgeCheck(absorbed([kept('during'), kept('after')])).verdict).toBe('held');
    expect(judgeCheck(absorbed([kept('before'), kept('after')])).verdict).toBe('inconclusive');
    expect(judgeCheck(absorbed([kept('during')])).verdict).toBe('inconclusive');
    expect(judgeCheck(absorbed([kept('during'), broken('after')])).verdict).toBe('deviated');
    expect(judgeCheck(absorbed([kept('during'), kept('after'), result('unknown', 'after')])).verdict).toBe(
      'held',
    );
  });
});
