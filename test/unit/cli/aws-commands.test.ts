import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../../src/cli/command.ts';
import { nameOf } from '../../../src/cli/aws/who.ts';
import { validText, withLines } from './support.ts';
import { cli, recorded, shown } from './aws-support.ts';

const id = 'checkout-survives.manual.0123456789ab';
const unreachable = new FailureError('AWS cannot be reached', { exitCode: 70 });

describe('register', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inoculate-register-'));
    writeFileSync(join(folder, 'good.yml'), validText);
    writeFileSync(join(folder, 'other.yml'), withLines({ 2: 'name: other' }));
    writeFileSync(join(folder, 'bad.yml'), withLines({ 22: 'duration: soon', 21: 'exposure: 90%' }));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const registered = {
    'register/1': {
      result: 'registered',
      registrations: [{ result: 'new', name: 'checkout-survives', version: 1 }],
    },
  };

  it('sends nothing where one file is wrong, and tells all that is', async () => {
    const { code, err, sent } = await cli(['register', 'good.yml', 'bad.yml'], registered, { cwd: folder });
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toMatch(/bad\.yml:21:\d+ error[^]*bad\.yml:22:\d+ error[^]*Nothing was registered\./);
  });

  it('sends nothing where two files have one name', async () => {
    writeFileSync(join(folder, 'again.yml'), validText);
    const { code, err, sent } = await cli(['register', 'good.yml', 'again.yml'], registered, { cwd: folder });
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toContain('"good.yml" and "again.yml" both hold an experiment named checkout-survives');
  });

  it('sends what the author wrote, and tells what starts the experiment', async () => {
    const { code, out, sent } = await cli(['register', 'good.yml'], registered, { cwd: folder });
    expect(code).toBe(0);
    expect(out).toBe(
      'checkout-survives  new, version 1; started by: cron(0 10 ? * TUE,THU *) Europe/Berlin\n' +
        '1 experiment registered at stage dev; nothing was started.\n',
    );
    expect(sent).toEqual([
      {
        to: 'requests',
        message: {
          inoculate: 'register/1',
          by: 'ada (Admin)',
          experiments: [
            {
              file: 'good.yml',
              text: validText,
              experiment: expect.objectContaining({ exposure: '10%', duration: '10m' }),
            },
          ],
        },
      },
    ]);
  });

  it('tells what the controller refuses at its place in the file, beside what it took', async () => {
    const problem = {
      path: ['schedule'],
      code: 'bad-schedule',
      message: 'Scheduler does not take this',
      found: '',
      expected: 'a cron',
    };
    const answers = {
      'register/1': {
        result: 'registered',
        registrations: [
          { result: 'refused', file: 'good.yml', problems: [problem] },
          { result: 'changed', name: 'other', version: 4 },
        ],
      },
    };
    const { code, out, err } = await cli(['register', 'good.yml', 'other.yml'], answers, { cwd: folder });
    expect(code).toBe(2);
    expect(err).toMatch(/good\.yml:24:11 error {2}Scheduler does not take this/);
    expect(out).toMatch(/^other {2}changed, version 4;[^]*1 experiment registered/);
  });

  it('asks for ten at a time', async () => {
    const files = Array.from({ length: 23 }, (_, n) => `n${n}.yml`);
    for (const [n, file] of files.entries())
      writeFileSync(join(folder, file), withLines({ 2: `name: n${n}` }));
    const answer = ({ experiments }: { experiments: readonly object[] }) => ({
      result: 'registered',
      registrations: experiments.map(() => ({ result: 'new', name: 'n', version: 1 })),
    });
    const { sent, out } = await cli(['register', ...files], { 'register/1': answer }, { cwd: folder });
    expect(
      sent.map(({ message }) => ('experiments' in message ? (message.experiments as []).length : 0)),
    ).toEqual([10, 10, 3]);
    expect(out).toContain('23 experiments registered');
  });
});

describe('start', () => {
  const requested = recorded('held');

  it('prints the id of the run, and asks for it once', async () => {
    const run = { ...requested.run, phase: 'announced' as const, outcome: null };
    const { code, out, sent } = await cli(['start', 'checkout-survives', '--stage', 'prod'], {
      'start/1': { result: 'started', run: id },
      'show/1': { result: 'run', run, journal: [] },
    });
    expect({ code, out }).toEqual({
      code: 0,
      out: `${id}\nIt is announced. To watch it: inoculate watch ${id} --stage prod\n`,
    });
    expect(sent[0]).toEqual({
      to: 'start',
      message: {
        inoculate: 'start/1',
        experiment: 'checkout-survives',
        by: 'ada (Admin)',
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
  });

  it('ends with 3 and the reason where a guard refuses', async () => {
    const outcome = { result: 'refused', code: 'kill-switch', reason: 'The kill switch is on.' };
    const run = { ...requested.run, phase: 'ended', outcome };
    const { code, out } = await cli(['start', 'checkout-survives'], {
      'start/1': { result: 'started', run: id },
      'show/1': { result: 'run', run, journal: [] },
    });
    expect({ code, out }).toEqual({ code: 3, out: `${id}\nrefused: The kill switch is on\n` });
  });

  it('ends with 2 where nothing of that name is registered', async () => {
    const answers = { 'start/1': { result: 'refused', code: 'unknown-experiment', reason: '' } };
    const { code, err } = await cli(['start', 'nothing'], answers);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(/No experiment nothing is registered/),
    });
  });

  it('watches with --wait, and ends as the run does', async () => {
    const { code, out } = await cli(['start', 'checkout-survives', '--wait'], {
      'start/1': { result: 'started', run: id },
      'show/1': shown(recorded('deviated')),
    });
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^${id}\n[^]*\nDeviated: `));
  });
});

describe('watch', () => {
  it('takes the journal in pages, tells each change once, and looks again until the run has ended', async () => {
    const held = recorded('held');
    const phases = held.journal.filter(({ what }) => what.type === 'phase');
    const middle = held.journal[40]?.seq ?? 0;
    let looks = 0;
    const answer = (message: { after?: number }): object => {
      looks += 1;
      if (looks > 2) return shown(held, 30)(message);
      const journal = held.journal.filter(({ seq }) => seq <= middle);
      return shown({ run: { ...held.run, phase: 'observing', outcome: null }, journal }, 30)(message);
    };
    const { code, out, waits } = await cli(['watch', id], { 'show/1': answer });
    expect(code).toBe(0);
    expect(waits).toHaveLength(1);
    for (const { what } of phases)
      if (what.type === 'phase') expect(out.split(`${what.to}: ${what.reason}`)).toHaveLength(2);
    expect(out).toMatch(/\nHeld: [^]*\nEvery change was taken back/);
  });

  it('goes on where the controller is out of reach for a moment, and gives up in the end', async () => {
    const held = recorded('held');
    let looks = 0;
    const flaky = (failures: number) => (message: { after?: number }) => {
      looks += 1;
      if (looks === 1) return shown({ run: { ...held.run, phase: 'observing' }, journal: [] })(message);
      return looks <= 1 + failures ? unreachable : shown(held)(message);
    };
    expect(await cli(['watch', id], { 'show/1': flaky(5) })).toMatchObject({ code: 0 });
    looks = 0;
    expect(await cli(['watch', id], { 'show/1': flaky(10) })).toMatchObject({
      code: 70,
      err: expect.stringContaining('AWS cannot be reached'),
    });
  });

  it.each([
    ['held', 0],
    ['deviated', 1],
    ['stopped', 4],
    ['tooLittle', 5],
  ] as const)('ends as a run that is %s', async (plan, code) => {
    expect(await cli(['watch', id], { 'show/1': shown(recorded(plan)) })).toMatchObject({ code });
  });

  it("takes an experiment's name for its latest run", async () => {
    const { sent } = await cli(['watch', 'checkout-survives'], {
      'runs/1': { result: 'runs', runs: [{ id }] },
      'show/1': shown(recorded('held')),
    });
    expect(sent[1]?.message).toMatchObject({ inoculate: 'show/1', run: id });
  });

  it.each([
    ['Neither!', /"Neither!" is neither a run's id nor an experiment's name/],
    ['never-run', /Experiment never-run has no run/],
  ])('ends with 2 for %s', async (name, message) => {
    const { code, err } = await cli(['watch', name], { 'runs/1': { result: 'runs', runs: [] } });
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});

describe('show', () => {
  it('tells verdict, reasons and journal, and writes the reports', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inoculate-show-'));
    try {
      const { code, out } = await cli(
        ['show', id, '--html', 'a/report.html', '--md', 'report.md'],
        { 'show/1': shown(recorded('deviated')) },
        { cwd: folder },
      );
      expect(code).toBe(0);
      expect(out).toMatch(
        /\nDeviated: [^]*claim [^]*reverts {6}Every change was taken back[^]*\njournal\n[^]*ended: /,
      );
      expect(readFileSync(join(folder, 'a/report.html'), 'utf8')).toContain('<html');
      expect(readFileSync(join(folder, 'report.md'), 'utf8')).toContain('on AWS');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives tools the report, the run and the whole journal', async () => {
    const deviated = recorded('deviated');
    const { out } = await cli(['show', id, '--json'], { 'show/1': shown(deviated, 7) });
    const answer = JSON.parse(out) as { report: { result: string }; journal: unknown[] };
    expect(answer.report.result).toBe('deviated');
    expect(answer.journal).toEqual(JSON.parse(JSON.stringify(deviated.journal)));
  });

  it('ends with 2 where there is no such run', async () => {
    const { code, err } = await cli(['show', id], { 'show/1': { result: 'unknown-run', run: id } });
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(`There is no run ${id}`) });
  });
});

describe('abort', () => {
  const line = { id, experiment: 'checkout-survives', phase: 'observing' };
  const injecting = { ...recorded('held').run, phase: 'reverting', outcome: null };

  it('waits for nobody: credentials that do not answer cannot hinder it', async () => {
    const { code, out, sent } = await cli(
      ['abort', id],
      {
        'abort/1': { result: 'stopped', run: id, phase: 'reverting' },
        'show/1': { result: 'run', run: injecting, journal: [] },
      },
      { caller: () => Promise.reject(new Error('no answer')) },
    );
    expect(code).toBe(0);
    expect(sent[0]).toEqual({
      to: 'stop',
      message: { inoculate: 'abort/1', run: id, by: 'the command line' },
    });
    expect(out).toContain(`${id} is aborted by the command line.\nIt is reverting; `);
  });

  it.each([
    ['the only run of an experiment', [line], 0, /is aborted/],
    ['none where it has none', [], 2, /has no run under way/],
    [
      'none where it has several',
      [line, { ...line, id: `${id}c` }],
      2,
      /has 2 runs under way[^]*0123456789ab, /,
    ],
  ])('takes a name for %s', async (_what, runs, code, message) => {
    const called = await cli(['abort', 'checkout-survives'], {
      'status/1': { result: 'status', killSwitch: false, runs },
      'abort/1': { result: 'stopped', run: id, phase: 'reverting' },
      'show/1': { result: 'run', run: injecting, journal: [] },
    });
    expect(called.code).toBe(code);
    expect(called.out + called.err).toMatch(message);
    expect(called.sent.some(({ to }) => to === 'stop')).toBe(code === 0);
  });

  it('says so where the abort did not get through', async () => {
    const { code, err } = await cli(['abort', id], { 'abort/1': unreachable });
    expect({ code, err }).toMatchObject({ code: 70, err: expect.stringContaining('AWS cannot be reached') });
  });
});

describe('run without --local', () => {
  const answers = {
    'register/1': {
      result: 'registered',
      registrations: [{ result: 'new', name: 'retried', version: 1 }],
    },
    'start/1': { result: 'started', run: id },
    'show/1': shown(recorded('deviated')),
  };

  it('registers, starts, watches, writes the report, and ends as the run does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inoculate-run-'));
    try {
      const argv = ['run', 'experiments/retried.yml', '--out', folder];
      const { code, out, sent } = await cli(argv, answers);
      expect(code).toBe(1);
      expect(sent.map(({ to }) => to)).toEqual(['requests', 'start', 'requests']);
      expect(out).toMatch(
        /registered at stage dev: new, version 1\n[^]*\nDeviated: [^]*report: .*report\.html\n$/,
      );
      expect(readFileSync(join(folder, 'report.json'), 'utf8')).toContain('"result": "deviated"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['workload', 'duration', 'warm-up', 'max-sandboxes'])(
    'takes no --%s, and starts nothing',
    async (name) => {
      const { code, err, sent } = await cli(['run', 'experiments/retried.yml', `--${name}`, '5'], answers);
      expect({ code, sent }).toEqual({ code: 2, sent: [] });
      expect(err).toMatch(/is for one machine\n {2}help: add --local/);
    },
  );

  it('starts nothing where the file was refused', async () => {
    const problem = { path: ['targets'], code: 'x', message: 'Not so', found: '', expected: '' };
    const refused = {
      result: 'registered',
      registrations: [{ result: 'refused', file: '', problems: [problem] }],
    };
    const { code, err, sent } = await cli(['run', 'experiments/retried.yml'], {
      ...answers,
      'register/1': refused,
    });
    expect({ code, asked: sent.map(({ to }) => to) }).toEqual({ code: 2, asked: ['requests'] });
    expect(err).toMatch(/retried\.yml:5:\d+ error {2}Not so/);
  });
});

describe('kill-switch, status and list', () => {
  const status = {
    'status/1': { result: 'status', killSwitch: true, runs: [] },
    'kill-switch/1': { result: 'kill-switch', on: true },
  };

  it.each([
    [['kill-switch', 'on'], [true], /is on: no run starts, and no run is under way/],
    [['kill-switch', 'off'], [false], /The kill switch/],
    [['kill-switch'], [], /is on/],
    [['kill-switch', 'maybe'], [], /cannot be "maybe"/],
  ] as const)('%j sets what it says, and nothing else', async (argv, set, message) => {
    const { out, err, sent } = await cli(argv, status);
    expect(out + err).toMatch(message);
    expect(sent.flatMap(({ message: one }) => ('on' in one ? [one.on] : []))).toEqual(set);
  });

  it('tells what is in place', async () => {
    const run = {
      id,
      experiment: 'e',
      phase: 'observing',
      phaseSince: 0,
      requestedAt: 0,
      requestedBy: 'ada',
      abort: null,
      outcome: null,
      inPlace: ['dose:shop'],
    };
    const { out } = await cli(['status'], {
      'status/1': { result: 'status', killSwitch: false, runs: [run] },
    });
    expect(out).toMatch(
      /kill switch is off\.\nAt stage dev 1 run is under way\.\n.*observing since .*\n {2}asked for by ada; in place: dose:shop\n/,
    );
  });

  it('says so where nothing is registered', async () => {
    expect((await cli(['list'], { 'list/1': { result: 'list', experiments: [] } })).out).toMatch(
      /^No experiment is registered/,
    );
  });
});

describe('every command for AWS', () => {
  it('hands stage, Region and profile on', async () => {
    const { settings } = await cli(['status', '-s', 'prod', '--region', 'eu-west-1', '--profile', 'work'], {
      'status/1': { result: 'status', killSwitch: false, runs: [] },
    });
    expect(settings).toEqual({ stage: 'prod', region: 'eu-west-1', profile: 'work' });
  });

  it('says so where the controller answers what it does not know', async () => {
    expect(await cli(['status'], { 'status/1': [] })).toMatchObject({
      code: 70,
      err: expect.stringContaining('inoculate doctor'),
    });
  });

  it.each([
    ['arn:aws:iam::1:user/people/ada', 'ada (IAM user)'],
    ['arn:aws:sts::1:assumed-role/Admin/ada@example.com', 'ada@example.com (Admin)'],
    ['arn:aws:iam::1:root', 'root'],
  ])('calls %s %s', (arn, name) => {
    expect(nameOf(arn)).toBe(name);
  });
});
