import { renderHtml } from '../../../src/report/html.ts';
import { linearScale, logScale, timeScale } from '../../../src/report/html/charts/scale.ts';
import { breakable, html } from '../../../src/report/html/markup.ts';
import { hostile, payload } from './support/hostile.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

const all = Object.entries({ ...plans, twoTargets });
const render = (plan: (typeof all)[number][1]) => renderHtml(syntheticRun(plan));

/** Every tag of a page, in order. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<([a-z!][\w-]*)\b/gi)].map(([, name]) => (name ?? '').toLowerCase());
}

describe('the HTML report', () => {
  it.each(all)(
    'of %s is one small page without script, and asks nobody for anything',
    async (_name, plan) => {
      const page = await render(plan);
      expect(page.length).toBeLessThan(500_000);
      expect(page).toContain(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:".replaceAll("'", '&#39;'),
      );
      expect(page).not.toMatch(/<script|javascript:|@import|url\(|\bon[a-z]+=/i);
      const links = [...page.matchAll(/\b(?:href|src|xlink:href)="([^"]*)"/g)].map(([, address]) => address);
      expect(links).toEqual(['data:,']);
    },
  );

  it.each(all)('of %s says nothing that is no figure', async (_name, plan) => {
    expect(await render(plan)).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });

  it('carries what came from outside as text: the page has the same tags with and without an attack', async () => {
    const record = syntheticRun(twoTargets);
    const attacked = await renderHtml(hostile(record));
    const withoutBreaks = (tags: readonly string[]) => tags.filter((tag) => tag !== 'wbr');
    expect(attacked).toContain('&lt;script&gt;globalThis.injected=1');
    expect(withoutBreaks(tagsOf(attacked))).toEqual(withoutBreaks(tagsOf(await renderHtml(record))));
    expect(attacked).not.toMatch(/[\u0000\u202e]/);
  });

  it('summarises looks in the journal: ten minutes of them are a line or two', async () => {
    const record = syntheticRun(plans.tenMinutes);
    const looks = record.journal.filter(({ what }) => what.type === 'measurement').length;
    const page = await renderHtml(record);
    expect(looks).toBeGreaterThan(590);
    expect(page.match(/<td>measurement<\/td>/g)?.length).toBeLessThan(5);
    expect(page).toMatch(/599|60\d looks in/);
  });

  it('keeps a chart to 300 points a line', async () => {
    const page = await render(plans.tenMinutes);
    const lines = [...page.matchAll(/class="line \w+" d="([^"]*)"/g)].map(([, path]) => path ?? '');
    const longest = Math.max(...lines.map((path) => path.split(/[MLHV]/).length - 1));
    expect(longest).toBeGreaterThan(250);
    expect(longest).toBeLessThanOrEqual(300);
  });
});

describe('markup', () => {
  it('escapes every value in text and attributes, and lets markup through as it is', () => {
    const inner = html`<b title="${'"\'<>&'}">${'<i>'}</b>`;
    expect(html`<p>${[inner, null, 5, payload.slice(0, 8)]}</p>`.toString()).toBe(
      '<p><b title="&quot;&#39;&lt;&gt;&amp;">&lt;i&gt;</b>5&lt;script&gt;</p>',
    );
  });

  it('keeps a figure and its unit on one line', () => {
    expect(html`${'at 34 % within 800 ms, 5 min ago'}`.toString()).toBe(
      'at 34\u00a0% within 800\u00a0ms, 5\u00a0min ago',
    );
  });

  it('lets long names break where their parts meet, still escaped', () => {
    expect(breakable('ThroughputExceeded<b>').toString()).toBe('Throughput<wbr />Exceeded&lt;b&gt;');
  });
});

describe('scales', () => {
  it('end on a round number that is not below the largest value', () => {
    for (const highest of [0.001, 0.023, 0.34, 1, 7, 412, 2999]) {
      const { ticks, position } = linearScale(highest, String);
      expect(position(highest)).toBeLessThanOrEqual(1);
      expect(position(highest)).toBeGreaterThan(0.4);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)?.label.replace(/^0\.0*/, '').length).toBeLessThanOrEqual(4);
    }
  });

  it('place nothing at the bottom where there is nothing at all', () => {
    expect(linearScale(0, String).position(0)).toBe(0);
  });

  it('are even in decades where they are logarithmic', () => {
    const { position, ticks } = logScale(0.01, 100, String);
    expect(position(1)).toBeCloseTo(0.5, 12);
    expect(ticks.map(({ value }) => value)).toEqual([0.01, 0.1, 1, 10, 100]);
  });

  it('have a handful of ticks however long a run lasts', () => {
    for (const seconds of [3, 13, 66, 614, 3700, 86_400]) {
      const { ticks } = timeScale(0, seconds * 1000, String);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
  });
});
