import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../../src/cli/command.ts';
import { readXml } from '../../support/xml.ts';
import { breaches } from '../report/junit-schema.ts';
import { cli, recorded, shown } from './aws-support.ts';

describe('files for pipelines', () => {
  let folder: string;
  const held = recorded('held');
  const started = { 'start/1': { result: 'started', run: held.run.id } };
  const start = [
    'start',
    'checkout-survives',
    '--wait',
    '--junit',
    'out/junit.xml',
    '--summary',
    'summary.md',
  ];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inoculate-pipeline-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const junit = (): string => readFileSync(join(folder, 'out/junit.xml'), 'utf8');
  const summary = (): string => readFileSync(join(folder, 'summary.md'), 'utf8');
  const run = (answers: Parameters<typeof cli>[1], argv = start) => cli(argv, answers, { cwd: folder });

  it.each([
    ['held', 0, '<testcase name="hypothesis"', '### ✅'],
    ['deviated', 1, '<failure', '### ❌'],
    ['tooLittle', 5, '<error', '### ❔'],
    ['stopped', 4, 'type="aborted"', '### ❔'],
    ['refused', 3, 'type="refused"', '### 🚫'],
  ] as const)('of a run that is %s are written, and exit code %i stays', async (plan, code, xml, title) => {
    const record = recorded(plan);
    const result = await run({ ...started, 'show/1': shown(record) });
    expect(result.code).toBe(code);
    expect(breaches(readXml(junit()))).toEqual([]);
    expect(junit()).toContain(xml);
    expect(summary()).toContain(title);
    expect(summary()).toContain(
      '(<https://eu-central-1.console.aws.amazon.com/s3/object/inoculate-dev-reports-',
    );
  });

  it('add the summary to what a step has written, and write JUnit anew', async () => {
    writeFileSync(join(folder, 'summary.md'), '# Build\n\n');
    await run({ ...started, 'show/1': shown(held) });
    await run({ ...started, 'show/1': shown(recorded('refused')) });
    expect(summary()).toMatch(/^# Build\n\n### ✅[^]*\n\n### 🚫/);
    expect(junit().match(/<testsuite /g)).toHaveLength(1);
  });

  it.each([
    [
      'is refused',
      { 'start/1': { result: 'refused', code: 'replayed', reason: 'It is too old.' } },
      3,
      'It is too old.',
    ],
    [
      'is of an unknown experiment',
      { 'start/1': { result: 'refused', code: 'unknown-experiment', reason: '' } },
      2,
      'No experiment',
    ],
    [
      'fails',
      { 'start/1': new FailureError('AWS cannot be reached', { exitCode: 70 }) },
      70,
      'AWS cannot be reached',
    ],
  ])('tell of a start that %s', async (_name, answers, code, why) => {
    expect((await run(answers)).code).toBe(code);
    expect(breaches(readXml(junit()))).toEqual([]);
    expect(junit()).toContain('<error');
    expect(junit()).toContain(why);
    expect(summary()).toContain(why);
  });

  it('say before the run has ended that it was not seen to its end, should the process be killed', async () => {
    let meanwhile = '';
    await run({
      ...started,
      'show/1': (message: { after?: number }) => {
        meanwhile = junit();
        return shown(held)(message);
      },
    });
    expect(breaches(readXml(meanwhile))).toEqual([]);
    expect(meanwhile).toMatch(/<error message="Not finished/);
  });

  it('that cannot be written are told before anything is started', async () => {
    writeFileSync(join(folder, 'out'), 'a file where a folder should be');
    const { code, err, sent } = await run(started);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toMatch(/--junit .*cannot be written/);
  });

  it('need the end of the run', async () => {
    const { code, err, sent } = await run(started, [
      'start',
      'checkout-survives',
      '--junit',
      'out/junit.xml',
    ]);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toContain('add --wait');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('of "run" are there too where the experiment file is wrong', async () => {
    writeFileSync(join(folder, 'bad.yml'), 'inoculate: experiment/1\n');
    const { code } = await run({}, ['run', 'bad.yml', '--junit', 'out/junit.xml', '--summary', 'summary.md']);
    expect(code).toBe(2);
    expect(breaches(readXml(junit()))).toEqual([]);
    expect(summary()).toContain('exit code 2');
  });
});
