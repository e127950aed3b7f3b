import { renderGameDayHtml } from '../../../src/report/gameday/html.ts';
import { renderGameDayMarkdown } from '../../../src/report/gameday/markdown.ts';
import type { SessionRecord } from '../../../src/report/gameday/record.ts';
import { gameDayReportOf, sessionJson } from '../../../src/report/gameday/report.ts';
import { hostile } from './support/hostile.ts';
import { minute, sessions } from './support/sessions.ts';

const of = (name: keyof typeof sessions) => gameDayReportOf(sessions[name]);

describe('the report of a game day', () => {
  it('says how many held, broke and are not known, and why it ended early', () => {
    expect(of('mixed')).toMatchObject({
      result: 'deviated',
      sentence:
        'Of 6 experiments, 1 held, 1 deviated, 1 remained inconclusive, 1 was stopped before it could tell, 1 was refused and 1 was not run. It ended before its last step: the kill switch was thrown by grace.',
      approvedBy: 'grace',
    });
    expect(of('allHeld')).toMatchObject({ result: 'held', sentence: 'The only experiment held.', open: [] });
    expect(of('nothing')).toMatchObject({
      result: 'none',
      sentence: 'The only experiment was not run. It ended before its last step: nobody approved it in time.',
    });
  });

  it('lists as open what broke first, then all that nobody knows', () => {
    const { open } = of('mixed');
    expect(open.map((question) => question.split(/[ ,:(]/)[0])).toEqual([
      'checkout-survives-throttled-orders-table',
      'Whether',
      'search-without-index',
      'Whether',
      'mail-queue-may-stand-still',
    ]);
    expect(open[0]).toMatch(/deviated \(failures at most 2 %.*mend it, then run it again/);
    expect(open[1]).toMatch(/^Whether shop-survives-slow-pricing holds is not known\. .*too little data/);
    expect(open[4]).toBe(
      'mail-queue-may-stand-still is still to be run: the kill switch was thrown by grace.',
    );
  });

  it('does not list as open what deviated and held when it was run again', () => {
    expect(of('mended').open).toEqual([]);
    expect(of('mended').result).toBe('deviated');
  });

  it('tells who aborted a run and why', () => {
    expect(of('mixed').runs.map(({ endedEarly }) => endedEarly)).toEqual([
      'Aborted by Inoculate: the steady state did not hold (failures at most 2 %).',
      null,
      null,
      null,
      'Stopped by alice.',
      null,
    ]);
  });

  it('lets a pause last from the end of the step before to its own', () => {
    const { steps, times } = of('mixed');
    const { pausedFrom, pausedUntil } = steps[1] ?? {};
    expect([pausedFrom, pausedUntil]).toEqual([
      times.plannedStart + 4 * minute,
      times.plannedStart + 15 * minute,
    ]);
  });

  it('says of a change that is still in place that this comes first', () => {
    const { session, runs } = sessions.mixed;
    const stuck = runs.map((record, index) =>
      index === 0
        ? {
            ...record,
            run: {
              ...record.run,
              units: record.run.units.map((unit) => ({
                ...unit,
                state: { at: 'applied' as const, since: 1 },
              })),
            },
          }
        : record,
    );
    const { open } = gameDayReportOf({ session, runs: stuck, inoculateVersion: '0' });
    expect(open[0]).toMatch(/Not every change of checkout-.* is taken back yet/);
  });

  it.each(Object.keys(sessions) as (keyof typeof sessions)[])(
    'of %s is complete in every form, and holds no word that is none',
    (name) => {
      const record = sessions[name];
      for (const text of [renderGameDayHtml(record), renderGameDayMarkdown(record), sessionJson(record)]) {
        expect(text).toContain(record.session.gameDay.name);
        for (const { experiment } of record.session.steps.flatMap(({ runs }) => runs))
          expect(text.replaceAll('<wbr />', '')).toContain(experiment);
      }
      expect(renderGameDayHtml(record)).not.toMatch(/undefined|NaN|Infinity|\[object/);
      expect(renderGameDayMarkdown(record)).not.toMatch(/undefined|NaN|Infinity|\[object/);
      expect(JSON.parse(sessionJson(record))).toMatchObject({ schemaVersion: 1, stored: { schema: 1 } });
    },
  );

  it('leaves out what is not stored any more, and tells what is known of it', () => {
    const { session } = sessions.mixed;
    const report = gameDayReportOf({ session, runs: [], inoculateVersion: '0' });
    expect(report.runs[0]).toMatchObject({
      result: 'deviated',
      times: null,
      sentence: 'Failures at most 2 %',
    });
    expect(renderGameDayHtml({ session, runs: [], inoculateVersion: '0' })).toContain('not known any more');
  });

  it('takes names, reasons and words of people as text', () => {
    const evil = '<img src=x onerror=alert(1)>|@everyone';
    const { session, runs } = sessions.mixed;
    const record: SessionRecord = {
      session: {
        ...session,
        requestedBy: evil,
        gameDay: {
          ...session.gameDay,
          purpose: evil,
          steps: session.gameDay.steps.map((step) =>
            'pause' in step ? { pause: { ...step.pause, say: evil } } : step,
          ),
        },
        steps: session.steps.map((step) => ({ ...step, reason: evil })),
        stopped: { code: 'person', reason: evil },
      },
      runs: runs.map((run) => hostile(run)),
      inoculateVersion: evil,
    };
    const page = renderGameDayHtml(record);
    expect(page).not.toMatch(/<img|<script|onerror=alert\(1\)>/i);
    const markdown = renderGameDayMarkdown(record);
    expect(markdown).not.toMatch(/<img|(?<!\u2060)@everyone|@everyone/);
    const cells = markdown
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells)).toEqual(new Set([7]));
  });
});
