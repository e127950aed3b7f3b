import { pipelineResultOf } from '../../../src/report/pipeline.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import { hostile } from './support/hostile.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

const address = 'https://eu-central-1.console.aws.amazon.com/s3/object/b?region=eu-central-1&prefix=runs%2Fx';
const summary = (plan: keyof typeof plans): string =>
  renderSummary(pipelineResultOf(syntheticRun(plans[plan])), { address });

describe('the summary for a pipeline', () => {
  it.each(Object.entries({ ...plans, twoTargets }))(
    'of %s begins with the verdict, has a row per signal, and is short',
    (_name, plan) => {
      const record = syntheticRun(plan);
      const text = renderSummary(pipelineResultOf(record), { address });
      const [title, , verdict] = text.split('\n');
      expect(title).toMatch(/^### \S+ /);
      expect(verdict).toMatch(/^\*\*(Held|Deviated|Inconclusive|Refused)/);
      expect(text.match(/^\| /gm)).toHaveLength(2 + record.run.experiment.steadyState.length);
      expect(text.length).toBeLessThan(2_500);
      expect(text).toContain(`[Report](<${address}>)`);
      expect(text).not.toMatch(/undefined|NaN|Infinity|\[object/);
    },
  );

  it('says what to do, but for a run that held', () => {
    expect(summary('held')).not.toContain('What to do');
    expect(summary('deviated')).toMatch(/What to do[^]*mend that, and run the experiment again/);
    expect(summary('tooLittle')).toMatch(/What to do[^]*Run it longer/);
    expect(summary('refused')).toMatch(/What to do[^]*Nothing was changed/);
    expect(summary('stopped')).toMatch(/What to do[^]*stopped before it could tell/);
  });

  it('says how to see the end of a run that goes on', () => {
    const record = syntheticRun(plans.held);
    const going = {
      ...record,
      run: { ...record.run, phase: 'observing' as const, outcome: null, endedAt: null },
    };
    const text = renderSummary(pipelineResultOf(going), null);
    expect(text).toMatch(/### ⏳/);
    expect(text).toContain('inoculate watch ');
    expect(text).not.toContain('[Report]');
  });

  it('keeps its table whole, and calls nobody, whatever names contain', () => {
    const cells = (text: string): number[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split(/(?<!\\)\|/).length);
    const record = syntheticRun(twoTargets);
    const text = renderSummary(pipelineResultOf(hostile(record)), { address: 'https://x/>](evil)' });
    expect(cells(text)).toEqual(cells(renderSummary(pipelineResultOf(record), null)));
    expect(text).not.toMatch(/@everyone/);
    expect(text).not.toContain('/>]');
    expect(
      text.match(/<[a-z/!][^>]*>/gi)?.filter((tag) => !/^<(\/?sub|https:[^>]*)>$/.test(tag)) ?? [],
    ).toEqual([]);
  });
});
