import fc from 'fast-check';
import { defaultJudgeSettings, type Evidence, type TargetObservation } from '../../../src/core/evidence.ts';
import type { FailuresSignal } from '../../../src/generated/types.ts';
import { failures } from '../../../src/signals/failures.ts';
import { oneArm } from '../../../src/stats/one-arm.ts';
import { twoArms } from '../../../src/stats/two-arms.ts';
import { observe } from './observations.ts';

const signal = (tolerances: Partial<FailuresSignal> = {}): FailuresSignal => ({
  name: 'errors',
  signal: 'failures',
  target: 'checkout',
  ...tolerances,
});
const judge = (given: FailuresSignal, seen: TargetObservation): Evidence[] =>
  failures.judge(given, seen, defaultJudgeSettings);
const only = (all: Evidence[]): Evidence => {
  const [one] = all;
  if (one === undefined || all.length !== 1) throw new Error(`${all.length} pieces of evidence, not 1`);
  return one;
};
const HELD = Math.log(20);

describe('the hypotheses about failures', () => {
  const claims = (tolerances: Partial<FailuresSignal>) =>
    failures.hypotheses(signal(tolerances)).map(({ hypothesis, claim }) => [hypothesis, claim]);

  it('are what the author gave, in people’s words', () => {
    expect(claims({ atMost: 0.01 })).toEqual([['errors.atMost', 'failures at most 1 %']]);
    expect(claims({ atMost: 0.07, noWorseThan: 0.005 })).toEqual([
      ['errors.atMost', 'failures at most 7 %'],
      ['errors.noWorseThan', 'failures at most 0.5 points more than in the control group'],
    ]);
  });

  it('are a comparison with the control group where the author gave none', () => {
    expect(claims({})).toEqual([
      ['errors.noWorseThan', 'failures at most 1.5 times the control group plus 0.2 points'],
    ]);
  });

  it('come in the order of the evidence', () => {
    for (const given of [signal(), signal({ atMost: 0.1 }), signal({ atMost: 0.1, noWorseThan: 0.01 })]) {
      const named = judge(given, observe({ started: 9 }, { started: 9 }));
      const specified = failures.hypotheses(given).map(({ hypothesis, claim }) => ({ hypothesis, claim }));
      expect(named.map(({ hypothesis, claim }) => ({ hypothesis, claim }))).toEqual(specified);
      expect(named.every((one) => one.signal === 'errors' && one.target === 'checkout')).toBe(true);
    }
  });

  it('say when "held" can be claimed, and that it never can without a margin', () => {
    const after = (tolerances: Partial<FailuresSignal>, share: number) =>
      failures.hypotheses(signal(tolerances)).map((one) => one.heldAfter(share, defaultJudgeSettings));
    expect(after({ noWorseThan: 0.01 }, 0.01)).toEqual([6858]);
    expect(after({ noWorseThan: 0 }, 0.01)).toEqual([null]);
    expect(after({ atMost: 0.01 }, 0)).toEqual([728]);
    expect(after({ atMost: 0.01 }, 0.01)).toEqual([null]);
    expect(after({ atMost: 0 }, 0)).toEqual([null]);
  });
});

describe('failures against a limit', () => {
  const limit = signal({ atMost: 0.01 });

  it('are harm with what failed and what is late, among all that started', () => {
    const seen = observe(
      { started: 500, failed: 20, late: 5, pending: 30 },
      { started: 490, failed: 3, late: 1, pending: 25 },
    );
    const evidence = only(judge(limit, seen));
    expect(evidence.logHarm).toBe(oneArm('up', { n: 500, bad: 25 }, 0.01));
    expect(evidence.logControlHarm).toBe(oneArm('up', { n: 490, bad: 4 }, 0.01));
    expect(evidence).toMatchObject({
      unit: 'share',
      tolerance: 0.01,
      experimental: { n: 500, bad: 25, value: 0.05 },
    });
  });

  it('hold by what can no longer change alone, where late ones are failures', () => {
    const seen = observe({ started: 5000, failed: 3, late: 2, pending: 40, open: 900 }, { started: 1 });
    expect(only(judge(limit, seen)).logHeld).toBe(oneArm('down', { n: 4100, bad: 5 }, 0.01));
  });

  it('are shown to hold by enough successes, and never before', () => {
    const after = (started: number) => only(judge(limit, observe({ started }, { started }))).logHeld ?? NaN;
    expect(after(300)).toBeLessThan(HELD);
    expect(after(400)).toBeGreaterThan(HELD);
  });

  it('are never shown to be impossible', () => {
    expect(only(judge(signal({ atMost: 0 }), observe({ started: 1e6 }, { started: 1 }))).logHeld).toBeNull();
  });

  it('have bounds that take what is pending for both', () => {
    const still = observe({ started: 1000, failed: 10 }, { started: 1000, failed: 10, pending: 100 });
    const { experimental, control } = only(judge(limit, still));
    expect(control.lower).toBe(experimental.lower);
    expect(control.upper).toBeGreaterThan((experimental.upper ?? NaN) + 0.05);
  });
});

describe('failures against the control group', () => {
  const margin = signal({ noWorseThan: 0.01 });

  it('are compared on closed cohorts, both for harm and for "held"', () => {
    const seen = observe(
      { started: 5000, failed: 90, late: 10, pending: 40, open: 500 },
      { started: 5000, failed: 40, late: 5, open: 300 },
    );
    const counts = { experimentalBad: 100, experimentalGood: 4400, controlBad: 45, controlGood: 4655 };
    const contrast = { pi: 0.5, ratio: 1, margin: 0.01, centre: 0 };
    expect(only(judge(margin, seen))).toMatchObject({
      logHarm: twoArms('up', counts, contrast),
      logHeld: twoArms('down', counts, contrast),
      logControlHarm: null,
      tolerance: 0.01,
    });
  });

  it('use the share of the experimental group that the settings say', () => {
    const seen = observe({ started: 1000, failed: 30 }, { started: 3000, failed: 40 });
    const [even] = failures.judge(margin, seen, defaultJudgeSettings);
    const [quarter] = failures.judge(margin, seen, { ...defaultJudgeSettings, pi: 0.25 });
    expect(quarter?.logHarm).toBeGreaterThan((even?.logHarm ?? NaN) + 1);
  });

  it('may, without a tolerance of the author, be half as many again', () => {
    const harmless = observe({ started: 20_000, failed: 200 }, { started: 20_000, failed: 200 });
    const evidence = only(judge(signal(), harmless));
    expect(evidence.logHeld).toBeGreaterThan(HELD);
    expect(evidence.logHarm).toBeLessThan(0);
    expect(evidence.tolerance).toBe(0.002);
    const harmful = observe({ started: 2000, failed: 100 }, { started: 2000, failed: 20 });
    expect(only(judge(signal(), harmful)).logHarm).toBeGreaterThan(HELD);
  });

  it('that may be no worse at all can deviate but never be shown to hold', () => {
    const strict = signal({ noWorseThan: 0 });
    const evidence = only(
      judge(strict, observe({ started: 2000, failed: 100 }, { started: 2000, failed: 20 })),
    );
    expect(evidence.logHeld).toBeNull();
    expect(evidence.logHarm).toBeGreaterThan(HELD);
  });

  it('have a tolerance even where any difference is accepted', () => {
    const seen = observe({ started: 100, failed: 100 }, { started: 100 });
    expect(only(judge(signal({ noWorseThan: 3 }), seen)).logHarm).toBeLessThanOrEqual(0);
  });
});

describe('evidence about failures', () => {
  const tolerances = fc.constantFrom({ atMost: 0.02 }, { noWorseThan: 0.01 }, {});
  const counts = fc.record({
    started: fc.integer({ min: 100, max: 5000 }),
    failed: fc.nat(40),
    late: fc.nat(10),
    pending: fc.nat(20),
  });

  it('of harm never falls with another failure, nor with one that turns out late', () => {
    fc.assert(
      fc.property(tolerances, counts, counts, (tolerance, experimental, control) => {
        const harm = (seen: TargetObservation) => only(judge(signal(tolerance), seen)).logHarm;
        const before = harm(observe(experimental, control));
        const slack = 1e-9 * Math.max(1, Math.abs(before));
        const failed = { ...experimental, failed: experimental.failed + 1 };
        const late = { ...experimental, late: experimental.late + 1 };
        expect(harm(observe(failed, control))).toBeGreaterThanOrEqual(before - slack);
        expect(harm(observe(late, control))).toBeGreaterThanOrEqual(before - slack);
      }),
    );
  });

  it('of harm never rises with the tolerance', () => {
    fc.assert(
      fc.property(
        counts,
        counts,
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        (experimental, control, more) => {
          const harm = (tolerance: Partial<FailuresSignal>) =>
            only(judge(signal(tolerance), observe(experimental, control))).logHarm;
          const slack = 1e-6;
          expect(harm({ atMost: 0.01 + more })).toBeLessThanOrEqual(harm({ atMost: 0.01 }) + slack);
          expect(harm({ noWorseThan: 0.01 + more })).toBeLessThanOrEqual(harm({ noWorseThan: 0.01 }) + slack);
        },
      ),
    );
  });

  it('is none without data', () => {
    const nobody = observe({ started: 0 }, { started: 0 });
    const empty = { n: 0, bad: 0, value: null, lower: null, upper: null };
    for (const tolerance of [{ atMost: 0.01 }, { noWorseThan: 0.01 }, {}]) {
      const evidence = only(judge(signal(tolerance), nobody));
      expect(evidence.logHarm).toBeCloseTo(0, 12);
      expect(evidence.logHeld).toBeCloseTo(0, 12);
      expect(evidence).toMatchObject({ experimental: empty, control: empty });
    }
  });

  it('is plain data: nothing in it is lost in JSON', () => {
    const seen = observe({ started: 3, failed: 3 }, { started: 0 });
    for (const tolerance of [{ atMost: 0 }, { atMost: 1 }, { noWorseThan: 0 }, {}]) {
      const evidence = judge(signal(tolerance), seen);
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
    }
  });
});
