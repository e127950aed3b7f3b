import { describe, expect, it } from '@jest/globals';
import { absorbChecks, type CheckSpec, newCheck } from '../../../src/core/checks.ts';
import { verdictOf } from '../../../src/core/judge.ts';
import { createRun } from '../../../src/core/create.ts';
import { defaultJudgeSettings } from '../../../src/core/evidence.ts';
import type { Run } from '../../../src/core/run.ts';
import type { Experiment } from '../../../src/generated/types.ts';

const experiment: Experiment = {
  inoculate: 'experiment/1',
  name: 'judged',
  hypothesis: 'It holds, whatever happens.',
  targets: { checkout: { lambda: 'checkout' } },
  steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout', atMost: 0.01 }],
  faults: [
    { kind: 'invocation.error', target: 'checkout' },
    { kind: 'invocation.latency', target: 'checkout', delay: 100 },
  ],
  exposure: 0.1,
  duration: 60_000,
};

/** A run at its end, with what was measured. */
function measured(
  change: Partial<Run> & { maxLogHarm?: number; maxLogControlHarm?: number; logHeld?: number },
): Run {
  const { maxLogHarm = 0, maxLogControlHarm = 0, logHeld = 0, ...rest } = change;
  const { run } = createRun(
    {
      id: 'judged.manual.1',
      experiment,
      slot: { kind: 'manual', id: '1', at: 0 },
      requestedBy: 'test',
      settings: {
        stage: 'dev',
        tickMs: 1_000,
        applyLeaseMs: 15_000,
        applyTimeoutMs: 5_000,
        stalenessMs: 1_000,
        skewMs: 0,
        maxSlotAgeMs: 900_000,
        approvalMs: 0,
        graceMs: 1_000,
        judge: defaultJudgeSettings,
        salt: 'salt-0001',
      },
      startAt: 0,
      hypotheses: [{ hypothesis: 'failures.atMost', claim: 'failures at most 1 %' }],
      checks: [],
      notJudged: [],
    },
    0,
  );
  const measuring = { ...run.measuring, realms: 2, enrolled: 400, fired: { f1: 10, f2: 10 } };
  const hypotheses = run.hypotheses.map((state) => ({ ...state, maxLogHarm, maxLogControlHarm, logHeld }));
  return { ...run, measuring, hypotheses, ...rest };
}

const enough = Math.log(20);
const aborted = { code: 'deviation', hypotheses: ['failures.atMost'], detail: '' } as const;
const silent = (...ids: string[]): Partial<Run> => {
  const run = measured({});
  return {
    measuring: {
      ...run.measuring,
      fired: Object.fromEntries(['f1', 'f2'].map((id) => [id, ids.includes(id) ? 0 : 10])),
    },
  };
};

const sticky: Partial<Run> = {
  experiment: {
    ...experiment,
    faults: experiment.faults.map((fault) => ({ ...fault, stickyBy: 'body.customer.id' })),
  },
};
const skipped = (reasons: Readonly<Record<string, number>>): Partial<Run> => ({
  measuring: { ...measured({}).measuring, skipped: reasons },
});

describe('the verdict', () => {
  it('is never "held", of no claim either, where the groups stick by a value', () => {
    const verdict = verdictOf(measured({ logHeld: enough, ...sticky }));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', hypotheses: [{ verdict: 'inconclusive' }] });
    expect(verdict.sentence).toContain('those of checkout by body.customer.id');
    expect(verdictOf(measured({ maxLogHarm: enough, ...sticky })).verdict).toBe('deviated');
  });

  it('is never "held" where a sandbox has stopped injecting after too many failures', () => {
    const verdict = verdictOf(measured({ logHeld: enough, ...skipped({ breaker: 7 }) }));
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.sentence).toContain('7 exposed invocations had no fault');
    expect(verdictOf(measured({ logHeld: enough, ...skipped({ stale: 7 }) })).verdict).toBe('held');
  });

  it('tells what kept a fault from ever being injected', () => {
    const { measuring } = silent('f1', 'f2');
    if (measuring === undefined) throw new Error('nothing measured');
    const run = measured({ measuring: { ...measuring, skipped: { 'wrong-source': 12, stale: 1 } } });
    expect(verdictOf(run).sentence).toBe(
      'No fault was ever injected: 12 times because its event source cannot bear the fault.',
    );
  });

  it.each([
    ['held, where the tolerance is shown to be kept', measured({ logHeld: enough }), 'held'],
    ['inconclusive, where it is nearly shown', measured({ logHeld: enough - 0.01 }), 'inconclusive'],
    ['deviated, where harm is shown', measured({ maxLogHarm: enough }), 'deviated'],
    [
      'deviated rather than held, where both were shown at one time or another',
      measured({ maxLogHarm: enough, logHeld: enough }),
      'deviated',
    ],
    ['deviated, where joint evidence ended the run', measured({ abort: aborted }), 'deviated'],
    [
      'inconclusive, where the control group breaks the tolerance as well',
      measured({ maxLogHarm: 9, maxLogControlHarm: enough }),
      'inconclusive',
    ],
    [
      'inconclusive, where the control group turns out to after an abort on deviation',
      measured({ abort: aborted, maxLogHarm: 9, maxLogControlHarm: enough }),
      'inconclusive',
    ],
    [
      'inconclusive, where a person ended it',
      measured({ abort: { code: 'person', by: 'me' }, logHeld: enough }),
      'inconclusive',
    ],
    [
      'deviated, where a person ended it after harm was shown',
      measured({ abort: { code: 'person', by: 'me' }, maxLogHarm: enough }),
      'deviated',
    ],
    [
      'inconclusive, where no fault ever fired (F15)',
      measured({ logHeld: enough, ...silent('f1', 'f2') }),
      'inconclusive',
    ],
    [
      'inconclusive, where one of the faults never fired',
      measured({ logHeld: enough, ...silent('f2') }),
      'inconclusive',
    ],
    [
      'deviated, where the fault that fired did harm',
      measured({ maxLogHarm: enough, ...silent('f2') }),
      'deviated',
    ],
  ])('is %s', (_, run, verdict) => {
    expect(verdictOf(run).verdict).toBe(verdict);
  });

  it('is inconclusive, and says why, where the layer never reported (F15)', () => {
    const run = measured({ logHeld: enough });
    const verdict = verdictOf({ ...run, measuring: { ...run.measuring, realms: 0, enrolled: 0 } });
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining('never reported'),
    });
  });

  describe('of a run that hits nothing but requests that ask for it', () => {
    const check: CheckSpec = {
      signal: 'orders',
      claim: 'orders answers',
      when: ['during'],
      tolerates: 0,
      knownAfterMs: 0,
    };
    const kept = absorbChecks(
      [newCheck(check)],
      [{ signal: 'orders', part: 'during', state: 'kept', value: null, detail: '' }],
      1,
    );
    const { exposure: _none, ...withoutGroups } = experiment;
    const directed = (change: Partial<Run['measuring']>): Run => {
      const run = measured({
        experiment: { ...withoutGroups, directives: true },
        hypotheses: [],
        checks: kept,
      });
      const none = { invocations: 0, fired: {}, ignored: {} };
      const measuring = { ...run.measuring, enrolled: 0, fired: {}, directives: none };
      return { ...run, measuring: { ...measuring, ...change } };
    };

    it('is held by its other signals, once each fault was asked for and came', () => {
      const fired = { f1: 1, f2: 1 };
      const directives = { invocations: 1, fired, ignored: {} };
      expect(verdictOf(directed({ fired, directives })).verdict).toBe('held');
    });

    it.each([
      ['no directive came (F15)', { realms: 0 }, /No directive ever came: .* without the layer/],
      ['none came to functions that reported', {}, /No directive ever came/],
      [
        'all that came were ignored',
        { directives: { invocations: 0, fired: {}, ignored: { expired: 2, unsigned: 1 } } },
        'No directive was valid: 2 expired, 1 unsigned.',
      ],
      [
        'the dose could not be read when they came',
        { skipped: { stale: 4 } },
        /No directive was followed: 4 times because the dose could not be read in time/,
      ],
      [
        'one came, but its faults never fired',
        { directives: { invocations: 1, fired: {}, ignored: {} } },
        /No fault was ever injected/,
      ],
      [
        'one of the faults was never asked for',
        { fired: { f1: 1 }, directives: { invocations: 1, fired: { f1: 1 }, ignored: {} } },
        /Fault f2 was never injected/,
      ],
    ])('is inconclusive, and says why, where %s', (_what, change, sentence) => {
      expect(verdictOf(directed(change))).toMatchObject({
        verdict: 'inconclusive',
        sentence: expect.stringMatching(sentence),
      });
    });
  });

  it('is not held by groups that only directives were injected beside (F15)', () => {
    const run = measured({ logHeld: enough });
    const directives = { invocations: 10, fired: run.measuring.fired, ignored: {} };
    expect(verdictOf({ ...run, measuring: { ...run.measuring, directives } }).verdict).toBe('inconclusive');
    const fewer = { ...directives, fired: { f1: 9, f2: 9 } };
    expect(verdictOf({ ...run, measuring: { ...run.measuring, directives: fewer } }).verdict).toBe('held');
  });

  it('is inconclusive where the groups are not split as they were drawn', () => {
    const run = measured({ logHeld: enough });
    const uneven = { ...run, measuring: { ...run.measuring, maxLogUneven: Math.log(1000) } };
    expect(verdictOf(uneven).verdict).toBe('inconclusive');
  });
});
