import type { Evidence } from '../../../src/core/evidence.ts';
import type { AbortReason, Unit } from '../../../src/core/run.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import {
  describeAbort,
  describeEvidence,
  describeReverts,
  describeVerdict,
} from '../../../src/report/sentences.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

const evidence: Evidence = {
  hypothesis: 'failures.atMost',
  signal: 'failures',
  target: 'checkout',
  claim: 'failures at most 2 %',
  unit: 'share',
  tolerance: 0.02,
  logHarm: -1,
  logHeld: 4,
  logControlHarm: -2,
  experimental: { n: 1000, bad: 2, value: 0.002, lower: 0.0001, upper: 0.011 },
  control: { n: 1000, bad: 1, value: 0.001, lower: 0, upper: 0.009 },
};

const base = syntheticRun(plans.held);

/** A finished run with one hypothesis, whose last look showed that evidence. */
function ended(verdict: 'held' | 'deviated', found: Evidence, abort: AbortReason | null = null): RunRecord {
  const judged = {
    verdict,
    sentence: '',
    hypotheses: [{ hypothesis: found.hypothesis, claim: found.claim, verdict, why: '' }],
    checks: [],
    notJudged: [],
  };
  const outcome =
    abort === null
      ? { result: 'completed' as const, verdict: judged }
      : { result: 'aborted' as const, reason: abort, verdict: judged };
  const injectedAt = base.run.injection?.startedAt ?? 0;
  return {
    run: { ...base.run, outcome, abort },
    environment: {
      ...base.environment,
      faults: [{ id: 'f1', sentence: 'Half of the DynamoDB reads fail.' }],
    },
    journal: [
      {
        seq: 1,
        at: injectedAt + 5000,
        what: { type: 'measurement', targets: [], evidence: [found], logJoint: 0 },
      },
      {
        seq: 2,
        at: injectedAt + 6000,
        what: { type: 'phase', from: 'observing', to: 'reverting', reason: '' },
      },
    ],
  };
}

describe('the sentence on a verdict', () => {
  it('says what held under which fault, how surely, and what was tolerated', () => {
    expect(describeVerdict(ended('held', evidence))).toEqual({
      result: 'held',
      label: 'Held',
      sentence:
        'Held: while half of the DynamoDB reads fail, failures stayed at 0.2 % (at most 1.1 % with 95 % confidence), within the 2 % tolerated.',
    });
  });

  it('never names a bound beyond the tolerance that was shown to be kept', () => {
    const wide = { ...evidence, experimental: { ...evidence.experimental, upper: 0.024 } };
    expect(describeVerdict(ended('held', wide)).sentence).toContain('(at most 2 % with 95 % confidence)');
  });

  it('says what deviated, how surely, what was tolerated, and how soon the fault was taken away', () => {
    const harmful = { ...evidence, experimental: { n: 50, bad: 17, value: 0.34, lower: 0.21, upper: 0.6 } };
    const abort = { code: 'deviation', hypotheses: [evidence.hypothesis], detail: evidence.claim } as const;
    expect(describeVerdict(ended('deviated', harmful, abort)).sentence).toBe(
      'Deviated: while half of the DynamoDB reads fail, failures reached 34 % (at least 21 % with 95 % confidence) where at most 2 % is tolerated; aborted after 6 s of 60 s.',
    );
  });

  it('compares with the control group where the tolerance does', () => {
    const relative = {
      ...evidence,
      claim: 'failures at most 1 point more than in the control group',
      logControlHarm: null,
    };
    expect(describeVerdict(ended('held', relative)).sentence).toBe(
      'Held: while half of the DynamoDB reads fail, failures stayed at 0.2 % against 0.1 % in the control group, within "failures at most 1 point more than in the control group".',
    );
  });

  it('writes a latency quantile with its unit', () => {
    const slow: Evidence = {
      ...evidence,
      hypothesis: 'latency.p95',
      signal: 'latency',
      unit: 'ms',
      tolerance: 800,
      experimental: { n: 50, bad: 17, value: 2900, lower: 1500, upper: null },
    };
    expect(describeVerdict(ended('deviated', slow)).sentence).toContain(
      'latency p95 reached 2.9 s (at least 1.5 s with 95 % confidence) where at most 800 ms is tolerated',
    );
  });

  it('says of a quantile beyond every answer that it is, and at least how far', () => {
    const unanswered: Evidence = {
      ...evidence,
      hypothesis: 'latency.p95',
      signal: 'latency',
      unit: 'ms',
      tolerance: 800,
      experimental: { n: 50, bad: 17, value: null, lower: 2600, upper: null },
    };
    expect(describeVerdict(ended('deviated', unanswered)).sentence).toContain(
      'latency p95 lay beyond the slowest answer (at least 2.6 s with 95 % confidence) where at most 800 ms is tolerated',
    );
    const few = { ...unanswered, experimental: { ...unanswered.experimental, lower: 0 } };
    expect(describeVerdict(ended('deviated', few)).sentence).toContain(
      'latency p95 lay beyond the slowest answer where at most 800 ms is tolerated',
    );
  });

  it('tells a refusal, a stop by a person, missing data and a run that goes on apart', () => {
    const sentence = (record: RunRecord) => describeVerdict(record).sentence;
    expect(sentence(syntheticRun(plans.refused))).toMatch(/^Refused before any fault: It is Saturday/);
    expect(sentence(syntheticRun(plans.stopped))).toMatch(
      /^Inconclusive: .*; stopped by alice after 9.3 s of 60 s\.$/,
    );
    expect(sentence(syntheticRun(plans.withoutData))).toMatch(/^Inconclusive: the layer never reported/);
    expect(sentence({ ...base, run: { ...base.run, phase: 'observing', outcome: null } })).toBe(
      'Running: the run has not ended yet, it is observing.',
    );
  });

  it('is one sentence for every made-up run, beginning with its label', () => {
    for (const plan of [...Object.values(plans), twoTargets]) {
      const { label, sentence } = describeVerdict(syntheticRun(plan));
      expect(sentence.startsWith(label)).toBe(true);
      expect(sentence).toMatch(/[^.;: ]\.$/);
      expect(sentence).not.toMatch(/undefined|null|NaN|Infinity|;;|\.\./);
    }
  });
});

describe('the sentence on an abort', () => {
  const reasons: readonly AbortReason[] = [
    { code: 'alarm', alarm: 'shop-errors', state: 'ALARM' },
    { code: 'deviation', hypotheses: [], detail: '' },
    { code: 'steady-state-absent', detail: '' },
    { code: 'person', by: 'alice' },
    { code: 'kill-switch', generation: 1 },
    { code: 'deadline' },
    { code: 'apply-failed', unit: 'u', detail: 'no access.' },
    { code: 'apply-unknown', unit: 'u' },
    { code: 'not-measurable', detail: 'timeout' },
    { code: 'not-ready', detail: 'watch-alarms failed' },
  ];

  it('names the reason, and when it came', () => {
    const sentences = reasons.map((reason) => describeAbort(reason, ' after 6 s of 60 s'));
    expect(new Set(sentences).size).toBe(reasons.length);
    for (const sentence of sentences)
      expect(sentence).toMatch(/^(aborted|stopped|ended).* after 6 s of 60 s/);
    expect(sentences[0]).toBe('aborted after 6 s of 60 s because alarm shop-errors fired');
  });
});

describe('the sentence on what was taken back', () => {
  const unit = (resource: string, state: Unit['state']): Unit => ({
    id: resource,
    driver: 'dose',
    resource,
    target: 'checkout',
    faults: ['f1'],
    settleMs: 0,
    losesData: [],
    state,
  });
  const reverted = (how: 'restored' | 'drift' | 'absent' | 'never-applied') =>
    ({ at: 'reverted', since: 0, how }) as const;

  it('never says that all is back while one change may still be there', () => {
    const units = [unit('a', reverted('restored')), unit('b', { at: 'applied', since: 0 })];
    expect(describeReverts(units)).toBe('Not every change was taken back yet: b.');
  });

  it('says of each resource what became of it, drift and absence included', () => {
    const units = [
      unit('a', reverted('restored')),
      unit('b', reverted('drift')),
      unit('c', reverted('absent')),
    ];
    const sentence = describeReverts(units);
    expect(sentence).toMatch(
      /^Every change was taken back: a restored.*; b changed by somebody else.*; c gone/,
    );
  });

  it('does not claim to have taken back what was never there', () => {
    expect(describeReverts([unit('a', reverted('never-applied'))])).toBe(
      'No fault was applied, so nothing had to be taken back.',
    );
  });
});

describe('the line on a hypothesis while a run goes on', () => {
  it('gives figure, bounds, control group and evidence', () => {
    expect(describeEvidence(evidence, Math.log(20))).toBe(
      'failures at most 2 %: 0.2 % (0.01 % to 1.1 %), control 0.1 %; evidence of harm 0.36× of 20×',
    );
  });
});
