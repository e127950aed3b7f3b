import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { alive, Cli, doseIn, gone, reportIn, tiny } from './support.ts';

const cli = new Cli();
afterAll(() => cli.end());

const observing = /observing: Every fault is in place/;
const injected = /[1-9]\d* injections?\)/;

describe('Ctrl-C', () => {
  it('takes the faults back, reads them back, writes the report, ends with 4 and leaves no process', async () => {
    const out = cli.folder();
    const run = cli.start('run', ...tiny('harmless', 'greet'), '--out', out, '--warm-up', '2s');
    await run.said(injected);
    const processes = run.descendants();
    run.kill('SIGINT');
    const { code, out: said } = await run.ended;
    expect(code).toBe(4);
    expect(said).toMatch(/stopping: the faults are being taken back \(Ctrl-C again leaves at once\)/);
    expect(said).toMatch(/stopped by Ctrl-C after .* of 10 min\.\nEvery change was taken back: /);
    expect(processes.length).toBeGreaterThan(2);
    expect(alive(processes)).toEqual([]);
    expect(await doseIn(out, 'tiny-dev-greet')).toMatchObject({ cleared: true });
    expect(reportIn(out)).toMatchObject({
      outcome: 'aborted',
      reasonCode: 'person',
      reverts: { complete: true },
    });
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  });

  it('before the first fault ends the run as refused, with 4', async () => {
    const out = cli.folder();
    const run = cli.start('run', ...tiny('harmless', 'greet'), '--out', out, '--warm-up', '5m');
    await run.said(/warming up/);
    const processes = run.descendants();
    run.kill('SIGINT');
    const { code, out: said } = await run.ended;
    expect(code).toBe(4);
    expect(said).not.toMatch(/injecting/);
    expect(said).toMatch(/Refused before any fault: Ctrl-C asked to stop\./);
    expect(alive(processes)).toEqual([]);
    expect(reportIn(out)).toMatchObject({ result: 'refused' });
    expect(await doseIn(out, 'tiny-dev-greet')).toBeUndefined();
  });

  it('a second time says what is still in place and how to take it back, and leaves; the functions end with it', async () => {
    const out = cli.folder();
    const run = cli.start('run', ...tiny('harmless', 'greet'), '--out', out, '--warm-up', '1s');
    await run.said(observing);
    const processes = run.descendants();
    run.kill('SIGINT');
    await run.said(/stopping/);
    run.kill('SIGINT');
    const { code, out: said } = await run.ended;
    expect(code).toBe(130);
    expect(said).toMatch(/leaving: dose:tiny-dev-greet is still in place\./);
    expect(said).toContain(`"inoculate revert ${out}" takes it back`);
    expect(await gone(processes)).toEqual([]);
  });
});

describe('a run whose host was killed', () => {
  it('stops injecting by itself, is finished by revert, and has nothing left for a second one', async () => {
    const out = cli.folder();
    const run = cli.start('run', ...tiny('harmless', 'greet'), '--out', out, '--warm-up', '2s');
    await run.said(injected);
    const processes = run.descendants();
    const busy = await cli.run('revert', out);
    expect(busy).toMatchObject({ code: 2, err: expect.stringContaining('Another run is going on in') });

    run.kill('SIGKILL');
    await run.ended;
    expect(await gone(processes)).toEqual([]);
    expect(await doseIn(out, 'tiny-dev-greet')).toMatchObject({ cleared: false });
    expect(existsSync(join(out, 'report.html'))).toBe(false);
    const early = await cli.run('report', out);
    expect(early).toMatchObject({ code: 2, err: expect.stringContaining(`inoculate revert ${out}`) });

    const reverted = await cli.run('revert', out);
    expect(reverted.code).toBe(0);
    expect(reverted.out).toMatch(/reverting: inoculate revert asked to stop\./);
    expect(reverted.out).toMatch(/Every change was taken back: dose:tiny-dev-greet restored/);
    const dose = await doseIn(out, 'tiny-dev-greet');
    expect(dose).toMatchObject({ cleared: true, epoch: 1 });
    expect(reportIn(out)).toMatchObject({ outcome: 'aborted', reverts: { complete: true } });

    expect(await cli.run('revert', out)).toEqual({
      code: 0,
      out: 'Nothing to take back: every run in there has ended.\n',
      err: '',
    });
    expect(await doseIn(out, 'tiny-dev-greet')).toEqual(dose);
  });

  it('is finished first by the next run in the same folder', async () => {
    const out = cli.folder();
    const dead = cli.start('run', ...tiny('harmless', 'greet'), '--out', out, '--warm-up', '1s');
    await dead.said(observing);
    dead.kill('SIGKILL');
    await dead.ended;

    const { code, out: said } = await cli.run(
      'run',
      ...tiny('weakest', 'greet'),
      ...['--out', out, '--warm-up', '1s', '--duration', '2s'],
    );
    expect(said).toMatch(/an earlier run in this folder was not finished, and is now: /);
    expect(code).toBe(5);
    expect(reportIn(out)).toMatchObject({ experiment: 'weakest', reverts: { complete: true } });
  });
});
