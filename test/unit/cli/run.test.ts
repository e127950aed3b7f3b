import { join, resolve } from 'node:path';
import type { AbortReason, Outcome } from '../../../src/core/run.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { exitCodeOf } from '../../../src/cli/run/exit-code.ts';
import { recordingContext } from './support.ts';

const fixtures = resolve(import.meta.dirname, '../../e2e/fixtures');

async function run(...argv: readonly string[]) {
  const context = recordingContext(fixtures);
  const code = await runCli({ version: '0', commands }, argv, context);
  return { code, out: context.out(), err: context.err() };
}

const about = ['experiments/retried.yml', '--service', join(fixtures, 'tiny/serverless.yml')];

describe('run --local', () => {
  it.each([
    ['without traffic', [...about, '--local'], /Without traffic there is nothing to see/],
    [
      'with traffic for another service',
      [...about, '--local', '--workload', 'workload-nobody.yml'],
      /no file "workload-nobody\.yml"/,
    ],
    [
      'with a wrong length',
      [...about, '--local', '--duration', 'soon'],
      /--duration soon is no length of time/,
    ],
    [
      'with a wrong warm-up',
      [...about, '--local', '--workload', 'workload-read.yml', '--warm-up', '5'],
      /--warm-up 5 is no length of time\n {2}help: such as 5s/,
    ],
    [
      'with no sandbox',
      [...about, '--local', '--workload', 'workload-read.yml', '--max-sandboxes', '0'],
      /--max-sandboxes 0 cannot be\n {2}help: a whole number, 1 or more/,
    ],
  ])('%s starts nothing, ends with 2 and says what would be right', async (_, argv, message) => {
    const { code, out, err } = await run('run', ...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

it('run --local refuses a fault that changes AWS before anything starts, with 3, and says which', async () => {
  const argv = [
    'experiments/control-plane.yml',
    '--service',
    join(fixtures, 'tiny/serverless.yml'),
    '--local',
  ];
  const { code, out, err } = await run('run', ...argv, '--workload', 'workload-read.yml');
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(
    /^refused: dynamodb\.throttle on orders, fis\.experiment on network changes what is configured on AWS/,
  );
});

it('run --local refuses what nothing but directives would hit: none is sent on one machine', async () => {
  const argv = ['experiments/directed.yml', '--service', join(fixtures, 'tiny/serverless.yml'), '--local'];
  const { code, out, err } = await run('run', ...argv, '--workload', 'workload-read.yml');
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/^refused: only requests with a directive would be hit, and --local sends none/);
});

describe('report and revert', () => {
  it('say so where a folder holds no run, and end with 2', async () => {
    expect(await run('report', 'tiny')).toMatchObject({ code: 2, err: /There is no finished run in/ });
    expect(await run('revert', 'tiny')).toMatchObject({ code: 2, err: /holds no state of a run/ });
  });
});

describe('the exit code', () => {
  const verdict = (word: Verdict['verdict']): Verdict => ({
    verdict: word,
    sentence: '',
    hypotheses: [],
    checks: [],
    notJudged: [],
  });
  const aborted = (reason: AbortReason, word: Verdict['verdict'] = 'inconclusive'): Outcome => ({
    result: 'aborted',
    reason,
    verdict: verdict(word),
  });
  const person = { code: 'person', by: 'alice' } as const;

  it.each<[number, string, Outcome | null]>([
    [0, 'held', { result: 'completed', verdict: verdict('held') }],
    [1, 'deviated to the end', { result: 'completed', verdict: verdict('deviated') }],
    [1, 'aborted on a deviation', aborted({ code: 'deviation', hypotheses: [], detail: '' }, 'deviated')],
    [1, 'stopped by a person after it had deviated', aborted(person, 'deviated')],
    [3, 'refused by a guard', { result: 'refused', code: 'target-locked', reason: '' }],
    [4, 'stopped by a person', aborted(person)],
    [4, 'stopped by a person before it began', { result: 'refused', code: 'person', reason: '' }],
    [4, 'stopped by an alarm', aborted({ code: 'alarm', alarm: 'a', state: 'ALARM' })],
    [4, 'stopped by the kill switch', aborted({ code: 'kill-switch', generation: 1 })],
    [5, 'inconclusive', { result: 'completed', verdict: verdict('inconclusive') }],
    [5, 'without a steady state', aborted({ code: 'steady-state-absent', detail: '' })],
    [5, 'harm in both groups', aborted({ code: 'deviation', hypotheses: [], detail: '' })],
    [70, 'failed by itself', { result: 'errored', reason: '' }],
    [70, 'without an outcome', null],
  ])('is %i where a run is %s', (code, _, outcome) => {
    expect(exitCodeOf({ outcome })).toBe(code);
  });
});
