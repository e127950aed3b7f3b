import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/report/report.ts';
import { Cli, doseIn, fixtures, reportIn, tiny } from './support.ts';

const cli = new Cli();
afterAll(() => cli.end());

describe('a run that holds', () => {
  it('lets the real SDK succeed at its second attempt, and tells so as JSON with exit code 0', async () => {
    const out = cli.folder();
    const {
      code,
      out: said,
      err,
    } = await cli.run('run', ...tiny('retried', 'read'), '--out', out, '--json', '--warm-up', '2s');
    const report = JSON.parse(said) as Report;
    expect(report).toEqual(reportIn(out));
    expect({ code, result: report.result }).toEqual({ code: 0, result: 'held' });
    expect(err).toMatch(/observing: Every fault is in place/);

    const [target] = report.targets;
    expect(target?.experimental).toMatchObject({ failed: 0, late: 0 });
    const fired = report.faults[0]?.fired ?? 0;
    // Spared are those whose start could not be made known in time, or whose dose had just been taken away.
    expect(fired).toBeGreaterThan((target?.experimental.started ?? Infinity) * 0.8);
    const attempts = readFileSync(join(out, 'logs/read.log'), 'utf8').match(/attempts=\d found=\w+/g) ?? [];
    expect(new Set(attempts)).toEqual(new Set(['attempts=1 found=true', 'attempts=2 found=true']));
    // Some may have been under way when the run took its last look.
    expect(attempts.filter((line) => line.startsWith('attempts=2')).length).toBeGreaterThanOrEqual(fired);

    expect(await doseIn(out, 'tiny-dev-read')).toMatchObject({ cleared: true });
    await writesTheSameReportAgain(out, report);
  });
});

async function writesTheSameReportAgain(out: string, report: Report): Promise<void> {
  for (const file of ['report.html', 'report.md', 'report.json']) rmSync(join(out, file));
  const { code, out: said } = await cli.run('report', out);
  expect({ code, said }).toEqual({
    code: 0,
    said: `${report.sentence}\nreport: ${join(out, 'report.html')}\n`,
  });
  expect(reportIn(out)).toEqual(report);
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['report.html', 'report.md']));
}

describe('a run that shows nothing', () => {
  it('ends with 5 where the target has no traffic, in plain lines without control characters', async () => {
    const out = cli.folder();
    const { code, out: said } = await cli.run(
      'run',
      ...tiny('weakest', 'other'),
      ...['--out', out, '--warm-up', '1s', '--duration', '2s'],
    );
    expect(code).toBe(5);
    expect(said).toMatch(/Inconclusive: the layer never reported: no function was invoked/);
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(reportIn(out)).toMatchObject({ result: 'inconclusive', outcome: 'completed' });
  });

  it('is never aborted by a fault of nearly no strength', async () => {
    const out = cli.folder();
    const { code } = await cli.run(
      'run',
      ...tiny('weakest', 'greet'),
      '--out',
      out,
      '--seed',
      '7',
      '--warm-up',
      '1s',
    );
    expect(reportIn(out)).toMatchObject({ outcome: 'completed', result: 'inconclusive' });
    expect(code).toBe(5);
  });
});

describe('a run that must not be', () => {
  it('is refused with 3 and the reason, and no fault is applied', async () => {
    const out = cli.folder();
    const { code, out: said } = await cli.run(
      'run',
      ...tiny('twice', 'greet'),
      ...['--out', out, '--warm-up', '0s'],
    );
    expect(code).toBe(3);
    expect(said).toMatch(
      /Refused before any fault: Target two is tiny-dev-greet, which another target .* is as well/,
    );
    expect(said).toMatch(/Nothing was changed, so nothing had to be taken back\./);
    expect(await doseIn(out, 'tiny-dev-greet')).toBeUndefined();
  });

  it('is not begun where a function or an option is wrong: 2, and where to look', async () => {
    const [experiment = '', ...rest] = tiny('weakest', 'greet');
    const nobody = join(fixtures, 'workload-nobody.yml');
    const workload = rest.map((word) => (word.endsWith('workload-greet.yml') ? nobody : word));
    expect(await cli.run('run', experiment, ...workload)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('no file'),
    });
    expect(await cli.run('run', experiment, ...rest, '--seed', 'x')).toMatchObject({
      code: 2,
      out: '',
      err: 'error  --seed x cannot be\n  help: a whole number, 0 or more\n',
    });
  });
});
