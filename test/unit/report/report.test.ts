import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportJson, reportOf } from '../../../src/report/report.ts';
import { writeReport } from '../../../src/report/write.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

describe('report.json', () => {
  it('keeps its keys: a pipeline that reads version 1 goes on reading it', () => {
    expect(Object.keys(reportOf(syntheticRun(plans.held)))).toEqual([
      'schemaVersion',
      'runId',
      'experiment',
      'hypothesis',
      'stage',
      'result',
      'outcome',
      'sentence',
      'reasonCode',
      'times',
      'exposure',
      'directed',
      'requestedBy',
      'hypotheses',
      'checks',
      'notJudged',
      'faults',
      'targets',
      'findings',
      'spared',
      'reverts',
      'environment',
    ]);
  });

  it.each(Object.entries({ ...plans, twoTargets }))('is plain JSON, and small, for %s', (_name, plan) => {
    const record = syntheticRun(plan);
    const text = reportJson(record);
    expect(JSON.parse(text)).toEqual(reportOf(record));
    expect(text.length).toBeLessThan(20_000);
  });

  it('is the same for the same run', () => {
    expect(reportJson(syntheticRun({ ...twoTargets }))).toBe(reportJson(syntheticRun({ ...twoTargets })));
  });

  it('gives the outcome, the abort and when the fault was there', () => {
    const { result, outcome, reasonCode, times } = reportOf(syntheticRun(plans.deviated));
    expect({ result, outcome, reasonCode }).toEqual({
      result: 'deviated',
      outcome: 'aborted',
      reasonCode: 'deviation',
    });
    expect(times.injectedMs).toBe((times.stoppedAt ?? 0) - (times.injectedAt ?? 0));
    expect(times.injectedMs).toBeLessThan(times.plannedMs);
    expect(times.revertedAt).toBeGreaterThan(times.stoppedAt ?? Infinity);
  });

  it('shows two clean reads, apart by the settling time, before it calls a change taken back', () => {
    const { reverts } = reportOf(syntheticRun(plans.held));
    const [first, second] = reverts.resources[0]?.cleanReadsAt ?? [];
    expect(reverts.complete).toBe(true);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1250);
  });

  it('is not complete while a change may be in place', () => {
    const record = syntheticRun(plans.held);
    const units = record.run.units.map((unit) => ({ ...unit, state: { at: 'applied' as const, since: 0 } }));
    expect(reportOf({ ...record, run: { ...record.run, units } }).reverts.complete).toBe(false);
  });

  it('counts each fault where it was injected', () => {
    const { faults } = reportOf(syntheticRun(twoTargets));
    expect(faults.map(({ id, target }) => [id, target])).toEqual([
      ['f1', 'checkout'],
      ['f2', 'pricing'],
    ]);
    for (const { fired } of faults) expect(fired).toBeGreaterThan(100);
  });

  it('has no evidence, and no verdicts, where nothing was looked at', () => {
    const { hypotheses } = reportOf(syntheticRun(plans.refused));
    expect(hypotheses).toHaveLength(3);
    for (const one of hypotheses) {
      expect(one).toMatchObject({
        verdict: null,
        harm: { reached: 0 },
        kept: { reached: 0 },
        experimental: { n: 0 },
      });
    }
  });
});

describe('findings', () => {
  it('blame the fault for failures only where the difference is beyond chance', () => {
    const [harmful] = reportOf(syntheticRun(plans.deviated)).findings;
    const [harmless] = reportOf(syntheticRun(plans.held)).findings;
    expect(harmful).toMatch(/^The fault made invocations fail: /);
    expect(harmless).toMatch(/^0.17 % of exposed invocations failed, .* between −/);
  });

  it('say by how much answers were slower at least, never more than was seen', () => {
    const findings = reportOf(syntheticRun(plans.tenMinutes)).findings.join('\n');
    const seen =
      /within (\d+) ms under the fault and within (\d+) ms without it: at least ([\d.]+) times/.exec(
        findings,
      );
    expect(Number(seen?.[3])).toBeGreaterThan(1.3);
    expect(Number(seen?.[3])).toBeLessThan(Number(seen?.[1]) / Number(seen?.[2]));
  });

  it('say how many more invocations an open question takes', () => {
    expect(reportOf(syntheticRun(plans.stopped)).findings.join('\n')).toMatch(
      /To show failures within 2 %, about \d+ exposed invocations would be needed at the share seen; there were \d+\./,
    );
  });

  it('warn of groups that chance hardly drew', () => {
    const record = syntheticRun(plans.held);
    const journal = record.journal.map((entry) => {
      if (entry.what.type !== 'measurement') return entry;
      const targets = entry.what.targets.map((one) => ({
        ...one,
        control: { ...one.control, started: one.control.started * 3 },
      }));
      return { ...entry, what: { ...entry.what, targets } };
    });
    expect(reportOf({ ...record, journal }).findings.join('\n')).toContain('not of the promised sizes');
    expect(reportOf(record).findings.join('\n')).not.toContain('not of the promised sizes');
  });
});

describe('writeReport', () => {
  it('writes the three forms into a folder of its own making', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'inoculate-report-'));
    try {
      const record = syntheticRun(plans.deviated);
      const written = await writeReport(join(parent, 'a', 'b'), record);
      expect(await readFile(written.html, 'utf8')).toMatch(/^<!doctype html>/i);
      expect(await readFile(written.markdown, 'utf8')).toMatch(/^### ❌ /);
      expect(await readFile(written.json, 'utf8')).toBe(reportJson(record));
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
