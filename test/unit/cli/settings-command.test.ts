import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultGuardrails, type Guardrails } from '../../../src/core/guardrails.ts';
import { type Answers, type Called, cli } from './aws-support.ts';

const file = `inoculate: settings/1
exposure: 5%
accounts: ["123456789012"]
`;
let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'inoculate-cli-'));
  writeFileSync(join(cwd, 'settings.yml'), file);
});
afterEach(() => rmSync(cwd, { recursive: true }));

const at = Date.parse('2026-11-20T09:00:00Z');
const stored = { version: 3, at, by: 'bob', file: 'settings.yml', text: file };
const shown = (changes: Partial<Guardrails> = {}, kept: object | null = stored): object => ({
  result: 'settings',
  guardrails: { ...defaultGuardrails('dev'), version: 3, ...changes },
  stored: kept,
});
const run = (argv: readonly string[], answers: Answers): Promise<Called> =>
  cli(['settings', ...argv], answers, { cwd });
const sentPut = ({ sent }: Called): Readonly<Record<string, unknown>> | undefined =>
  sent
    .map(({ message }) => message as Readonly<Record<string, unknown>>)
    .find(({ inoculate }) => inoculate === 'settings-put/1');

describe('inoculate settings', () => {
  it('shows every guardrail in words, with the version, by whom and since when', async () => {
    const closed = [
      { reason: 'Christmas', firstDate: '2999-12-24', lastDate: '2999-12-26', timezone: 'UTC' },
    ];
    const { code, out, sent } = await run([], {
      'settings-get/1': shown({ maxExposure: 0.05, closed, closedKnownUntil: '2999-12-31' }),
    });
    expect(code).toBe(0);
    expect(sent).toEqual([{ to: 'settings', message: { inoculate: 'settings-get/1' } }]);
    expect(out).toMatch(/^Version 3 of the settings of stage dev, stored .+ by bob from settings.yml\n/);
    expect(out).toMatch(/^ {2}exposure +at most 5 %$/m);
    expect(out).toMatch(/^ {2}may start +nobody from Slack; on AWS whoever IAM lets$/m);
    expect(out).toMatch(/known until 2999-12-31; nothing runs after that/);
    expect(out).toContain('2999-12-24 to 2999-12-26 (UTC): Christmas');
  });

  it('says that none are stored, and what holds then', async () => {
    const { out } = await run([], { 'settings-get/1': shown({ version: 0 }, null) });
    expect(out).toMatch(/^No settings are stored at stage dev; without them this holds:\n/);
    expect(out).toMatch(/^ {2}exposure +at most 50 %$/m);
  });

  it('says why nothing may run', async () => {
    const { out } = await run([], { 'settings-get/1': shown({ refusedHere: 'Because.' }) });
    expect(out).toMatch(/^ {2}runs here +none: Because\.$/m);
  });

  it('shows the stored file, an earlier version, and the history', async () => {
    expect((await run(['--text'], { 'settings-get/1': shown() })).out).toBe(file);
    const earlier = await run(['--version', '2', '--json'], { 'settings-get/1': shown() });
    expect(earlier.sent[0]?.message).toEqual({ inoculate: 'settings-get/1', version: 2 });
    expect(JSON.parse(earlier.out)).toEqual({
      stored,
      guardrails: { ...defaultGuardrails('dev'), version: 3 },
    });
    const lost = await run(['--version', '9'], {
      'settings-get/1': { result: 'unknown-version', version: 9 },
    });
    expect(lost).toMatchObject({ code: 2, err: expect.stringContaining('has no version 9') as unknown });
    const history = await run(['--history'], {
      'settings-history/1': { result: 'history', versions: [stored] },
    });
    expect(history.out).toMatch(/^3 {2}.+ by bob, from settings.yml\n$/);
  });
});

describe('inoculate settings FILE', () => {
  it('tells what changes, and stores it as the next version', async () => {
    const called = await run(['settings.yml', '--by', 'ada'], {
      'settings-get/1': shown(),
      'settings-put/1': { result: 'stored', version: 4, at },
    });
    expect(called.out).toMatch(
      /Other than version 3 at stage dev:\n {2}exposure {2}at most 5 % {2}\(was: at most 50 %\)\n/,
    );
    expect(called.out).toContain('Stored as version 4 at stage dev');
    expect(called.code).toBe(0);
    const { version: _version, ...rest } = defaultGuardrails('dev');
    expect(sentPut(called)).toEqual({
      inoculate: 'settings-put/1',
      by: 'ada',
      file: 'settings.yml',
      text: file,
      guardrails: { ...rest, maxExposure: 0.05 },
      replaces: 3,
    });
  });

  it('refuses every run where the account is not one of those allowed, and says so before it stores', async () => {
    writeFileSync(join(cwd, 'settings.yml'), file.replace('123456789012', '999999999999'));
    const { out } = await run(['settings.yml', '--dry-run'], { 'settings-get/1': shown() });
    expect(out).toMatch(/runs here +none: The settings allow no runs of stage dev in account 123456789012/);
  });

  it('stores nothing in a dry run, nor where nothing changes', async () => {
    const dry = await run(['settings.yml', '--dry-run'], { 'settings-get/1': shown() });
    expect(sentPut(dry)).toBeUndefined();
    expect(dry.out).toMatch(/exposure[^]+Nothing was stored\.\n$/);
    const same = await run(['settings.yml'], { 'settings-get/1': shown({ maxExposure: 0.05 }) });
    expect(sentPut(same)).toBeUndefined();
    expect(same).toMatchObject({
      code: 0,
      out: 'The same as version 3 at stage dev: there is nothing to store.\n',
    });
  });

  it('stores a file of which only the text is another', async () => {
    const called = await run(['settings.yml', '--by', 'ada'], {
      'settings-get/1': shown({ maxExposure: 0.05 }, { ...stored, text: '# before' }),
      'settings-put/1': { result: 'stored', version: 4, at },
    });
    expect(called.out).toMatch(/^Nothing changes from version 3 at stage dev but the file itself\.\n/);
    expect(sentPut(called)).toBeDefined();
  });

  it('tells times that are closed from now on, and those that are open again', async () => {
    writeFileSync(
      join(cwd, 'settings.yml'),
      `${file}freezes: [{ name: Sale, from: 2999-01-01, to: 2999-01-02 }]\n`,
    );
    const closed = [
      { reason: 'Christmas', firstDate: '2999-12-24', lastDate: '2999-12-26', timezone: 'UTC' },
      { reason: 'Long ago', firstDate: '2001-12-24', lastDate: '2001-12-26', timezone: 'UTC' },
    ];
    const { out } = await run(['settings.yml', '--dry-run'], { 'settings-get/1': shown({ closed }) });
    expect(out).toContain('Nothing will run on\n  + 2999-01-01 to 2999-01-02 (UTC): Sale\n');
    expect(out).toContain('Open again\n  - 2999-12-24 to 2999-12-26 (UTC): Christmas\nNothing was stored');
  });

  it('sends nothing of a file that is wrong, and tells where', async () => {
    writeFileSync(join(cwd, 'settings.yml'), file.replace('5%', '51%'));
    const { code, err, sent } = await run(['settings.yml'], {});
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toMatch(/settings.yml:2:11 .*51% is too large[^]+Nothing was stored\.\n$/);
  });

  it('stores nothing over what somebody else stored meanwhile', async () => {
    const { code, err } = await run(['settings.yml', '--by', 'ada'], {
      'settings-get/1': shown(),
      'settings-put/1': { result: 'conflict', version: 4 },
    });
    expect(code).toBe(3);
    expect(err).toContain('Somebody has stored version 4 of the settings meanwhile');
  });

  it('says why the controller refuses', async () => {
    const { code, err } = await run(['settings.yml', '--by', 'ada'], {
      'settings-get/1': shown(),
      'settings-put/1': { result: 'refused', reason: 'The settings would take 300 KB' },
    });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('300 KB') as unknown });
  });

  it('answers as JSON', async () => {
    const { out } = await run(['settings.yml', '--json', '--by', 'ada'], {
      'settings-get/1': shown(),
      'settings-put/1': { result: 'stored', version: 4, at },
    });
    expect(JSON.parse(out)).toEqual({
      result: 'stored',
      version: 4,
      changes: [{ name: 'exposure', before: 'at most 50 %', after: 'at most 5 %' }],
      closed: [],
      opened: [],
    });
  });

  it.each([
    ['settings.yml', '--history'],
    ['--history', '--version', '2'],
    ['--dry-run'],
    ['settings.yml', '--text'],
    ['--version', 'two'],
  ])('asks back where options do not go together: %s %s %s', async (...argv) => {
    const { code, sent } = await run(argv, {});
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
  });
});
