import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { renderGameDayHtml } from '../../src/report/gameday/html.ts';
import { renderHtml } from '../../src/report/html.ts';
import { hostile } from '../unit/report/support/hostile.ts';
import { plans, twoTargets } from '../unit/report/support/plans.ts';
import { sessions } from '../unit/report/support/sessions.ts';
import { syntheticRun } from '../unit/report/support/synthetic-run.ts';
import { findChromium, launch } from './chromium.ts';
import { inspect, type Inspection } from './inspect.ts';

const executable = findChromium();
const pages: Readonly<Record<string, () => Promise<string>>> = {
  deviated: () => renderHtml(syntheticRun(plans.deviated)),
  held: () => renderHtml(syntheticRun(plans.held)),
  refused: () => renderHtml(syntheticRun(plans.refused)),
  twoTargets: () => renderHtml(syntheticRun(twoTargets)),
  hostile: () => renderHtml(hostile(syntheticRun(twoTargets))),
  gameDay: () => Promise.resolve(renderGameDayHtml(sessions.mixed)),
  hostileGameDay: () =>
    Promise.resolve(renderGameDayHtml({ ...sessions.mixed, runs: sessions.mixed.runs.map(hostile) })),
};
const views = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 375 },
  { colorScheme: 'dark', width: 375 },
] as const;

interface Seen extends Inspection {
  readonly console: readonly string[];
  readonly requests: readonly string[];
}

if (executable === null) {
  it('is told above why the report was not tried in a browser', () => {
    expect(executable).toBeNull();
  });
} else {
  describe('the HTML report in a browser', () => {
    let browser: Browser;
    let folder: string;
    beforeAll(async () => {
      browser = await launch(executable);
      folder = await mkdtemp(join(tmpdir(), 'inoculate-browser-'));
    });
    afterAll(async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    });

    async function open(
      name: string,
      view: (typeof views)[number],
      ready?: (page: Page) => Promise<void>,
    ): Promise<Seen> {
      const rendered = await pages[name]?.();
      if (rendered === undefined) throw new Error(`no page ${name}`);
      const html = join(folder, `${name}.html`);
      await writeFile(html, rendered);
      const page = await browser.newPage({
        viewport: { width: view.width, height: 900 },
        colorScheme: view.colorScheme,
      });
      try {
        const messages: string[] = [];
        const requests: string[] = [];
        page.on('console', (message) => messages.push(message.text()));
        page.on('pageerror', (error) => messages.push(error.message));
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(pathToFileURL(html).href);
        await ready?.(page);
        return { ...(await inspect(page)), console: messages, requests };
      } finally {
        await page.close();
      }
    }

    const cases = Object.keys(pages).flatMap((name) => views.map((view) => ({ name, ...view })));

    it.each(cases)(
      '$name, $colorScheme at $width px: quiet, alone, legible, and no wider than the screen',
      async ({ name, ...view }) => {
        const seen = await open(name, view);
        expect(seen.console).toEqual([]);
        expect(seen.requests.filter((address) => !address.startsWith('data:'))).toHaveLength(1);
        expect(seen.overflow).toBe(0);
        expect(seen.texts).toBeGreaterThan(20);
        // 4.5 : 1 is what the Web Content Accessibility Guidelines ask of text, at level AA.
        expect(seen.worst.ratio).toBeGreaterThanOrEqual(4.5);
      },
    );

    it('has a ground of its own in each scheme', async () => {
      const [light, dark] = [await open('held', views[0]), await open('held', views[1])];
      expect(light.ground).toBe('rgb(255, 255, 255)');
      expect(dark.ground).toBe('rgb(16, 18, 22)');
    });

    it.each(['hostile', 'hostileGameDay'])('runs nothing that a name contains: %s', async (name) => {
      const seen = await open(name, views[0]);
      expect(seen.injected).toBe('undefined');
      expect(seen.active).toBe(0);
    });

    it('draws charts that have height, lines, titles and descriptions', async () => {
      const { charts } = await open('deviated', views[2]);
      const titles = charts.map(({ title }) => title.split('|')[0]?.replaceAll('\u00a0', ' '));
      expect(titles).toEqual([
        'Failures so far',
        'Evidence of harm and of claims kept',
        'Latency, half of the answers (p50)',
        'Latency, 95 % of the answers (p95)',
        'How latencies spread',
      ]);
      for (const { title, height, lines } of charts) {
        expect(title).toMatch(/^[^|]+\|[^|]{20,}$/);
        expect(height).toBeGreaterThan(150);
        expect(lines).toBe(2);
      }
    });

    it('draws the main chart of each run of a game day that measured something', async () => {
      const { charts } = await open('gameDay', views[2]);
      expect(charts.map(({ title }) => title.split('|')[0])).toEqual(Array(4).fill('Failures so far'));
      for (const { height, lines } of charts) expect([height > 150, lines]).toEqual([true, 2]);
    });

    it('draws a lane for each run and each pause of a game day, in the colour of its verdict', async () => {
      const lanes: { name: string; bars: number; width: number; fill: string }[] = [];
      await open('gameDay', views[2], async (page) => {
        lanes.push(
          ...(await page.evaluate<typeof lanes>(`[...document.querySelectorAll('.lane')].map((lane) => ({
            name: lane.querySelector('.lane-name').textContent,
            bars: lane.querySelectorAll('.bar').length,
            width: lane.querySelector('.bar')?.getBoundingClientRect().width ?? 0,
            fill: getComputedStyle(lane.querySelector('.bar.fault') ?? lane).fill,
          }))`)),
        );
      });
      expect(lanes.map(({ name, bars }) => [name.split(' ')[0], bars])).toEqual([
        ['checkout-survives-throttled-orders-table', 2],
        ['Read', 1],
        ['pricing-may-be-slow', 2],
        ['shop-survives-slow-pricing', 2],
        ['search-without-index', 1],
        ['payment-may-be-down', 2],
        ['mail-queue-may-stand-still', 0],
      ]);
      for (const { bars, width } of lanes) expect(width > 0.5).toBe(bars > 0);
      expect(lanes[0]?.fill).not.toBe(lanes[2]?.fill);
    });

    it.each(['deviated', 'gameDay'])(
      'has one title, headings without gaps, and a caption on every table: %s',
      async (name) => {
        const { headings, tables, captions } = await open(name, views[0]);
        expect(headings.filter((level) => level === 1)).toHaveLength(1);
        headings
          .slice(1)
          .forEach((level, index) => expect(level - (headings[index] ?? 0)).toBeLessThanOrEqual(1));
        expect(captions).toBe(tables);
      },
    );

    it('prints a game day on white whatever the screen shows', async () => {
      const onPaper = await open('gameDay', views[1], (page) => page.emulateMedia({ media: 'print' }));
      expect(onPaper.ground).toBe('rgb(255, 255, 255)');
      expect(onPaper.worst.ratio).toBeGreaterThanOrEqual(4.5);
    });

    it('opens the journal on paper, and prints on white whatever the screen shows', async () => {
      const onScreen = await open('deviated', views[1]);
      const onPaper = await open('deviated', views[1], (page) => page.emulateMedia({ media: 'print' }));
      expect(onScreen.journalHeight).toBe(0);
      expect(onPaper.journalHeight).toBeGreaterThan(200);
      expect(onPaper.ground).toBe('rgb(255, 255, 255)');
      expect(onPaper.worst.ratio).toBeGreaterThanOrEqual(4.5);
    });
  });
}
