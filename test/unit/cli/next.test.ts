import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from './aws-support.ts';
import { validText, withLines } from './support.ts';

const at = Date.parse('2026-11-23T09:00:00Z');
const slot = {
  what: 'experiment',
  name: 'checkout-survives',
  timezone: 'Europe/Berlin',
  at,
  startAt: at,
  skipped: null,
  run: null,
};
const answer = (slots: readonly object[], notes: readonly string[] = []): Record<string, unknown> => ({
  'next/1': { result: 'next', slots, notes },
});

describe('next', () => {
  it('tells each slot by the clock of its time zone, when it starts, and why it is skipped', async () => {
    const { code, out, sent } = await cli(
      ['next', '--count', '4'],
      answer(
        [
          slot,
          { ...slot, at: at + 1, startAt: at + 7_325_000, name: 'drawn' },
          { ...slot, skipped: { code: 'closed', reason: 'Closed on 2026-11-23: Holiday' }, name: 'shut' },
          {
            ...slot,
            name: 'made',
            run: { id: 'made.scheduled.x', phase: 'announced', startAt: at + 3_600_000 },
          },
          { ...slot, what: 'game day', name: 'december' },
          {
            ...slot,
            what: 'game day',
            name: 'january',
            skipped: { code: 'closed', reason: 'Closed on 2026-11-23: Holiday' },
          },
        ],
        ['The kill switch is on.'],
      ),
    );
    expect(code).toBe(0);
    expect(sent).toEqual([{ to: 'requests', message: { inoculate: 'next/1', count: 4 } }]);
    expect(out.split('\n')).toEqual([
      'The kill switch is on.',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  checkout-survives',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  drawn',
      '  starts on Monday 2026-11-23 at 12:02:05',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  shut',
      '  skipped: Closed on 2026-11-23: Holiday',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  made',
      '  starts on Monday 2026-11-23 at 11:00',
      '  announced: made.scheduled.x',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  game day december',
      'Monday 2026-11-23 at 10:00 (Europe/Berlin)  game day january',
      '  runs may be refused: Closed on 2026-11-23: Holiday',
      '',
    ]);
  });

  it('asks for one experiment, and gives instants to machines', async () => {
    const { out, sent } = await cli(['next', 'checkout-survives', '--json'], answer([slot]));
    expect(sent[0]?.message).toEqual({ inoculate: 'next/1', experiment: 'checkout-survives', count: 10 });
    expect(JSON.parse(out)).toMatchObject({
      slots: [{ at: '2026-11-23T09:00:00.000Z', startAt: '2026-11-23T09:00:00.000Z', skipped: null }],
      notes: [],
    });
  });

  it('says so where nothing comes, and where nothing has that name', async () => {
    expect((await cli(['next'], answer([]))).out).toBe(
      'Nothing that is registered at stage dev has a slot to come.\n',
    );
    const unknown = { 'next/1': { result: 'unknown-experiment', experiment: 'checkot' } };
    expect(await cli(['next', 'checkot'], unknown)).toMatchObject({
      code: 2,
      err: expect.stringContaining('No experiment checkot is registered at stage dev'),
    });
  });

  it.each(['0', '101', 'many', '-1', '1.5', ' '])('refuses --count %s', async (count) => {
    expect(await cli(['next', `--count=${count}`], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('a whole number from 1 to 100'),
      sent: [],
    });
  });

  describe('of a file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'inoculate-next-'));
      writeFileSync(join(folder, 'good.yml'), validText);
      writeFileSync(join(folder, 'bad.yml'), withLines({ 22: 'duration: soon' }));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('asks nobody', async () => {
      const { code, out, sent } = await cli(
        ['next', 'good.yml', '--count', '3', '--json'],
        {},
        { cwd: folder },
      );
      expect({ code, sent }).toEqual({ code: 0, sent: [] });
      const { slots } = JSON.parse(out) as { slots: readonly { at: string; name: string }[] };
      expect(slots).toHaveLength(3);
      // Tuesdays and Thursdays at 10 in Berlin.
      for (const one of slots) {
        expect(one.name).toBe('checkout-survives');
        expect([2, 4]).toContain(new Date(one.at).getUTCDay());
        expect(one.at).toMatch(/T0[89]:00:00\.000Z$/);
      }
    });

    it('tells what is wrong with it', async () => {
      expect(await cli(['next', 'bad.yml'], {}, { cwd: folder })).toMatchObject({
        code: 2,
        err: expect.stringMatching(/bad\.yml:22:\d+ error/),
      });
    });
  });
});

describe('list', () => {
  const listed = {
    name: 'checkout-survives',
    version: 1,
    experiment: {},
    registeredAt: at,
    registeredBy: 'ada',
    lastRun: null,
  };
  const list = async (slots: object | null): Promise<string> =>
    (await cli(['list'], { 'list/1': { result: 'list', experiments: [{ ...listed, slots }] } })).out;

  it('L14: tells how many slots were missed and skipped, and why the latest was', async () => {
    const lastSkipped = { at, reason: 'Closed on 2026-11-23: Holiday' };
    expect(await list({ last: at, missed: 120, skipped: 2, lastSkipped })).toMatch(
      /^ {2}slots: 120 missed, 2 skipped; the latest skipped .*: Closed on 2026-11-23: Holiday$/m,
    );
    expect(await list({ last: at, missed: 1, skipped: 0, lastSkipped: null })).toMatch(
      /^ {2}slots: 1 missed$/m,
    );
  });

  it('is silent where every slot came', async () => {
    expect(await list({ last: at, missed: 0, skipped: 0, lastSkipped: null })).not.toContain('slots');
    expect(await list(null)).not.toContain('slots');
  });
});
