import { alive, Cli, doseIn, reportIn, shop } from './support.ts';

const cli = new Cli();
afterAll(() => cli.end());

const experiment = [
  `${shop}/experiments/payment-503.yml`,
  '--local',
  ...['--workload', `${shop}/workload.yml`],
];

describe('the shop while its payment host is out of service', () => {
  it('as first written deviates: aborted before a third of the planned time, with exit code 1', async () => {
    const out = cli.folder();
    const run = cli.start('run', ...experiment, '--service', `${shop}/naive/serverless.yml`, '--out', out);
    await run.said(/observing: Every fault is in place/);
    const processes = run.descendants();
    const { code } = await run.ended;
    const report = reportIn(out);
    expect({ code, sentence: report.sentence }).toEqual({
      code: 1,
      sentence: expect.stringMatching(/^Deviated: .*; aborted after .* of 40 s\.$/),
    });
    const { injectedMs, plannedMs } = report.times;
    expect(injectedMs).toBeLessThan(plannedMs / 3);
    expect(report.reverts.complete).toBe(true);
    expect(await doseIn(out, 'shop-dev-checkout')).toMatchObject({ cleared: true });
    expect(alive(processes)).toEqual([]);
  }, 120_000);

  it('after its game days holds, with exit code 0', async () => {
    const out = cli.folder();
    const run = cli.start(
      'run',
      ...experiment,
      ...['--service', `${shop}/hardened/serverless.yml`, '--out', out, '--duration', '20s'],
    );
    await run.said(/observing: Every fault is in place/);
    const processes = run.descendants();
    const { code } = await run.ended;
    expect({ code, sentence: reportIn(out).sentence }).toEqual({
      code: 0,
      sentence: expect.stringMatching(/^Held: /),
    });
    expect(await doseIn(out, 'shop-dev-checkout')).toMatchObject({ cleared: true });
    expect(alive(processes)).toEqual([]);
  }, 120_000);
});
