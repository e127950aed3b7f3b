import { runCli, type Program } from '../../../src/cli/cli.ts';
import { type Command, UsageError } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { wantsColor } from '../../../src/cli/context.ts';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { recordingContext } from './support.ts';

const echo: Command = {
  name: 'echo',
  summary: 'Say it again',
  usage: 'WORD',
  details: '',
  arity: [1, 1],
  options: {
    loud: { type: 'flag', short: 'l', description: 'louder' },
    times: { type: 'value', placeholder: 'N', description: 'how often', default: '1' },
  },
  run(input, { stdout }) {
    if (input.args[0] === 'bug') throw new Error('a bug', { cause: new Error('its cause') });
    if (input.args[0] === 'wrong') throw new UsageError('wrong word', 'another word');
    stdout.write(`${input.args[0]} ${input.flag('loud')} ${input.value('times')}`);
    return exitCodes.deviated;
  },
};
const program: Program = { version: '1.2.3', commands: [echo] };

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const context = recordingContext('/nowhere');
  const code = await runCli(program, argv, context);
  return { code, out: context.out(), err: context.err() };
}

it('a command gets its arguments and options, and its exit code is the process’', async () => {
  expect(await run('echo', 'a', '--loud', '--times', '3')).toEqual({ code: 1, out: 'a true 3', err: '' });
  expect(await run('echo', '-l', '--times=2', 'a')).toEqual({ code: 1, out: 'a true 2', err: '' });
  expect(await run('echo', 'a')).toEqual({ code: 1, out: 'a false 1', err: '' });
  expect(await run('echo', '--', '--loud')).toEqual({ code: 1, out: '--loud false 1', err: '' });
});

it.each([
  [['ecko'], /no command "ecko"\n {2}help: did you mean "inoculate echo"/],
  [['zzz'], /inoculate --help lists the commands/],
  [['--hepl'], /no option --hepl/],
  [['echo', 'a', '--lout'], /no option --lout\n {2}help: did you mean --loud/],
  [['echo', 'a', '--constructor'], /no option --constructor/],
  [['echo', 'a', '--times'], /--times needs a value: --times N/],
  [['echo', 'a', '--loud=yes'], /--loud takes no value/],
  [['echo'], /needs WORD/],
  [['echo', 'a', 'b'], /does not know what to do with "b"/],
  [['echo', 'wrong'], /error {2}wrong word\n {2}help: another word/],
])('%j is wrong input: exit code 2 and a sentence on stderr', async (argv, message) => {
  const { code, out, err } = await run(...argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

it('an error that nobody expected is one sentence and exit code 70; --debug shows where it comes from', async () => {
  const quiet = await run('echo', 'bug');
  expect(quiet).toMatchObject({ code: 70, out: '' });
  expect(quiet.err).toBe(
    'error  internal: a bug\n  help: the same command with --debug shows where this comes from\n',
  );
  const loud = await run('echo', 'bug', '--debug');
  expect(loud.code).toBe(70);
  expect(loud.err).toMatch(/cli\.test\.ts/);
  expect(loud.err).toMatch(/caused by: Error: its cause/);
});

it('help and version are no mistakes', async () => {
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    expect(await run(...argv)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/echo {2}Say it again/),
    });
  }
  for (const argv of [
    ['echo', '--help'],
    ['help', 'echo'],
    ['echo', 'a', 'b', '-h'],
  ]) {
    expect(await run(...argv)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--times N {2,}how often \(without it: 1\)/),
    });
  }
  expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
});

it('every command has a help text of its own', async () => {
  for (const command of commands) {
    const context = recordingContext('/nowhere');
    expect(await runCli({ version: '0', commands }, [command.name, '--help'], context)).toBe(0);
    expect(context.out()).toContain(command.summary);
    expect(context.out()).toContain(`inoculate ${command.name} ${command.usage}`);
  }
});

it('colours follow the terminal, NO_COLOR and FORCE_COLOR', () => {
  expect(wantsColor({}, true)).toBe(true);
  expect(wantsColor({}, false)).toBe(false);
  expect(wantsColor({ NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true);
  expect(wantsColor({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false);
});
