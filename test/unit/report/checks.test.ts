import type { CheckResult, CheckSpec } from '../../../src/core/checks.ts';
import type { CommandResult } from '../../../src/core/events.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { reportOf } from '../../../src/report/report.ts';
import { experiment } from '../../contract/samples.ts';
import { drivenTo, factsOf, observed, read, unit } from '../core/decide-support.ts';

const spec: CheckSpec = {
  signal: 'orders',
  claim: 'Sum of Orders at least 100',
  when: ['during', 'after'],
  tolerates: 0,
  knownAfterMs: 0,
};
const policy = { ...unit, id: 'policy:q', driver: 'policy', resource: 'policy:q' };
const { exposure, ...unexposed } = experiment;
void exposure;

function look(part: 'during' | 'after', value: number): CommandResult {
  const check: CheckResult = {
    signal: 'orders',
    part,
    state: value < 100 ? 'broken' : 'kept',
    value,
    detail: `${value} at 10:05 UTC`,
    period: value,
  };
  return {
    ...(observed() as Extract<CommandResult, { type: 'observed' }>),
    targets: [],
    checks: [check],
    effects: [],
  };
}

/** A run that changes AWS only, and whose one signal shows these values. */
function recordOf(during: readonly number[], after: number): RunRecord {
  const facts = factsOf({ units: [policy] });
  const driven = drivenTo('observing', { hypotheses: [], checks: [spec], experiment: unexposed }, facts);
  for (const value of during) driven.tick().result('observe', look('during', value));
  if (driven.run.phase === 'observing') driven.tick(experiment.duration);
  driven.result('revert', read('clean'), { unit: policy.id });
  driven.tick(5_000);
  driven.result('read-back', read('clean'), { unit: policy.id });
  driven.tick(30_000).result('observe', look('after', after));
  return {
    run: driven.run,
    journal: driven.run.unwritten,
    environment: {
      where: 'aws',
      runtime: '',
      nodeVersions: {},
      service: 'shop',
      seed: null,
      workload: null,
      inoculateVersion: '0.1.0',
      faults: [{ id: 'f1', sentence: 'Every invocation of checkout is throttled.' }],
    },
  };
}

describe('the report on signals that are kept or broken', () => {
  it('tells how often each was found how, in each part of the run, and what was read', () => {
    const { checks, sentence, result, faults, exposure: share } = reportOf(recordOf([120, 110], 130));
    expect(checks).toMatchObject([
      {
        signal: 'orders',
        verdict: 'held',
        looks: { before: null, during: { kept: 2, broken: 0, unknown: 0 }, after: { kept: 1 } },
        values: [{ value: 120, part: 'during' }, { value: 110 }, { value: 130, part: 'after' }],
      },
    ]);
    expect(result).toBe('held');
    expect(sentence).toBe(
      'Held: while every invocation of checkout is throttled, orders was kept (Sum of Orders at least 100).',
    );
    expect(faults).toMatchObject([{ fired: 0, inPlace: true }]);
    expect(share).toBe(0);
  });

  it('names what broke, and the value that showed it', () => {
    const { result, sentence } = reportOf(recordOf([120, 37], 130));
    expect(result).toBe('deviated');
    expect(sentence).toContain(
      'orders was broken under the fault: Sum of Orders at least 100 (37 at 10:05 UTC)',
    );
  });

  it('shows them in Markdown', () => {
    const text = renderMarkdown(recordOf([120, 37], 130));
    expect(text).toContain(
      '| Sum of Orders at least 100 | – | kept 1 time, broken 1 time | kept 1 time | 130 at 10:05 UTC | deviated |',
    );
    expect(text).toContain('(was in place)');
    expect(text).toContain('everybody exposed');
    expect(text).not.toContain('| Claim |');
  });

  it('shows them in HTML, with a line of the values and a mark on what broke', async () => {
    const text = await renderHtml(recordOf([120, 37], 130));
    expect(text).toContain('Sum of Orders at least 100');
    expect(text).toMatch(/class="values"[^>]*aria-label="Values of orders over time"/);
    expect(text.match(/<circle /g)).toHaveLength(1);
    expect(text).not.toContain('No signal of this experiment could be judged here');
    expect(text).not.toContain('Exposed invocations');
  });
});
