import { escaped, renderMarkdown } from '../../../src/report/markdown.ts';
import { hostile } from './support/hostile.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

describe('the Markdown report', () => {
  it.each(Object.entries({ ...plans, twoTargets }))(
    'of %s has verdict, hypotheses and reverts, and is short',
    (_name, plan) => {
      const record = syntheticRun(plan);
      const text = renderMarkdown(record);
      expect(text.length).toBeLessThan(4_000);
      expect(text).toContain(`### `);
      expect(text.match(/^\| /gm)).toHaveLength(2 + record.run.hypotheses.length);
      expect(text).toMatch(/taken back/);
      expect(text).not.toMatch(/undefined|NaN|Infinity|\[object/);
    },
  );

  it('keeps its tables whole, whatever names contain', () => {
    const cells = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split(/(?<!\\)\|/).length);
    const record = syntheticRun(twoTargets);
    expect(cells(renderMarkdown(hostile(record)))).toEqual(cells(renderMarkdown(record)));
  });

  it('carries what came from outside as text: no markup, no image, no link, nobody called', () => {
    const text = renderMarkdown(hostile(syntheticRun(plans.deviated)));
    expect(text.match(/<[a-z/!][^>]*>/gi)?.filter((tag) => !/^<\/?sub>$/.test(tag)) ?? []).toEqual([]);
    expect(text).not.toMatch(/(?<!\\)\[x\]|(?<!\\)`|@everyone/);
  });

  it('does not let a text begin a list or a quotation', () => {
    expect(['1. x', '- x', '> x', '# x', '0.2 % x'].map(escaped)).toEqual([
      '1\\. x',
      '\\- x',
      '&gt; x',
      '\\# x',
      '0.2 % x',
    ]);
  });
});
