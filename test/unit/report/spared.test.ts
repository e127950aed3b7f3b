import { expect, it } from '@jest/globals';
import type { TargetObservation } from '../../../src/core/evidence.ts';
import { reportOf } from '../../../src/report/report.ts';
import { sparedSentences } from '../../../src/report/spared.ts';
import { latestTargets, looksOf } from '../../../src/report/timeline.ts';
import { plans } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

const record = syntheticRun(plans.held);
const targets = latestTargets(looksOf(record.journal));

function withTelling(changes: Partial<TargetObservation>): readonly TargetObservation[] {
  return targets.map((target, index) =>
    index === 0 ? { ...target, skipped: {}, ...changes } : { ...target, skipped: {} },
  );
}

it('says in words why less was injected than asked for, and where', () => {
  const told = withTelling({ skipped: { budget: 12, 'would-lose-data': 1 } });
  expect(sparedSentences(record.run, told)).toEqual([
    `Nothing, or less than asked for, was injected 12 times because the budget of the fault was used up (${told[0]?.target}), 1 time because its event could have been lost for good (${told[0]?.target}).`,
  ]);
});

it('says whom the faults were for, where not for everybody', () => {
  expect(sparedSentences(record.run, withTelling({ seen: { matched: 30, others: 70 } }))).toEqual([
    'Of 100 invocations that came meanwhile, the faults are for 30: the events of the others do not match.',
  ]);
  expect(sparedSentences(record.run, withTelling({ seen: { matched: 30, others: 0 } }))).toEqual([]);
});

it('is part of the report', () => {
  expect(reportOf(record).spared).toEqual(sparedSentences(record.run, targets));
});
