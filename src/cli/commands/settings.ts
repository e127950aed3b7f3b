import { askAboutSettings } from '../aws/ask.ts';
import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import type { Remote } from '../aws/remote.ts';
import { differenceLines, type Proposal, propose, shownLines } from '../aws/settings.ts';
import { tellProblems } from '../aws/tell-problems.ts';
import { whoAsks } from '../aws/who.ts';
import { ago } from '../aws/words.ts';
import { type Command, FailureError, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type ReadSettings, readSettingsFile } from '../input/read-settings.ts';
import { isNone } from '../../settings/difference.ts';
import { stageOf } from '../stage-option.ts';

const listedVersions = 20;

export const settings: Command = {
  name: 'settings',
  summary: 'Show what runs may do at a stage, or store new settings',
  usage: '[FILE]',
  arity: [0, 1],
  details: `Without a file: the settings in force, in words. With one: everything that is wrong with it, else what it would change; then
it is stored as the next version, and holds from the next decision on. Holidays and calendars become dates for three years:
store the file again once a year.

  inoculate settings --stage prod
  inoculate settings settings.yml --stage prod --dry-run
  inoculate settings --version 3 --text --stage prod > settings.yml`,
  options: {
    ...remoteOptions,
    ...byOption,
    'dry-run': { type: 'flag', description: 'with a file: tell what would change, and store nothing' },
    history: { type: 'flag', description: `list the last ${listedVersions} versions` },
    version: {
      type: 'value',
      placeholder: 'N',
      description: 'an earlier version in the place of that in force',
    },
    text: { type: 'flag', description: 'the file as it was stored' },
    ...jsonOption,
  },
  async run(input, context) {
    const [file] = input.args;
    const version = versionOf(input);
    requireOne(input, file);
    if (file === undefined)
      return withRemote(input, context, (remote) =>
        input.flag('history') ? history(remote, input, context) : show(remote, version, input, context),
      );
    const read = await readSettingsFile(file, { stage: stageOf(input), cwd: context.cwd });
    if (!read.ok) return tellProblems(read.problems, input.flag('json'), context, 'Nothing was stored.');
    return withRemote(input, context, (remote) => store(remote, read, input, context));
  },
};

function versionOf(input: Input): number | undefined {
  const text = input.value('version');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`There is no version "${text}"`, '"inoculate settings --history" lists them');
}

/** Options that mean nothing beside each other are no wish that could be guessed. */
function requireOne(input: Input, file: string | undefined): void {
  const asked = [
    ...(file === undefined ? [] : ['a file']),
    ...(input.flag('history') ? ['--history'] : []),
    ...(input.value('version') === undefined ? [] : ['--version']),
  ];
  if (asked.length > 1) throw new UsageError(`${asked.join(' and ')} do not go together`, 'one of them');
  if (input.flag('dry-run') && file === undefined)
    throw new UsageError('--dry-run needs a file', 'inoculate settings settings.yml --dry-run');
  if (input.flag('text') && (file !== undefined || input.flag('history')))
    throw new UsageError('--text shows stored settings', 'inoculate settings --text, or with --version N');
}

async function show(
  remote: Remote,
  version: number | undefined,
  input: Input,
  { stdout }: CliContext,
): Promise<ExitCode> {
  const answer = await askAboutSettings(remote, {
    inoculate: 'settings-get/1',
    ...(version === undefined ? {} : { version }),
  });
  if (answer.result === 'unknown-version')
    throw new UsageError(
      `Stage ${remote.stage} has no version ${answer.version} of its settings`,
      '"inoculate settings --history" lists them',
    );
  const { guardrails, stored } = answer;
  if (input.flag('text')) {
    if (stored === null) throw new UsageError(`No settings are stored at stage ${remote.stage}`);
    stdout.write(stored.text);
  } else if (input.flag('json')) stdout.write(`${JSON.stringify({ stored, guardrails }, null, 2)}\n`);
  else stdout.write(`${shownLines(answer, remote.stage).join('\n')}\n`);
  return exitCodes.held;
}

async function history(remote: Remote, input: Input, { stdout }: CliContext): Promise<ExitCode> {
  const { versions } = await askAboutSettings(remote, {
    inoculate: 'settings-history/1',
    limit: listedVersions,
  });
  if (input.flag('json')) stdout.write(`${JSON.stringify({ versions }, null, 2)}\n`);
  else if (versions.length === 0) stdout.write(`No settings were ever stored at stage ${remote.stage}.\n`);
  else
    stdout.write(
      versions
        .map(({ version, at, by, file }) => `${version}  ${ago(at)}  by ${by}, from ${file}\n`)
        .join(''),
    );
  return exitCodes.held;
}

async function store(
  remote: Remote,
  read: ReadSettings,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  const proposal = await propose(remote, read);
  const { inForce, difference, sameText } = proposal;
  const json = input.flag('json');
  const same = isNone(difference) && sameText;
  if (!json) tellDifference(proposal, remote.stage, context);
  const result = same
    ? { result: 'unchanged' as const, version: inForce.stored?.version ?? 0 }
    : input.flag('dry-run')
      ? { result: 'not-stored' as const, version: inForce.stored?.version ?? 0 }
      : await put(remote, read, proposal, input, context);
  if (json) context.stdout.write(`${JSON.stringify({ ...result, ...difference }, null, 2)}\n`);
  else if (result.result === 'stored')
    context.stdout.write(
      `Stored as version ${result.version} at stage ${remote.stage}: it holds from now on.\n`,
    );
  else if (result.result === 'not-stored') context.stdout.write('Nothing was stored.\n');
  return exitCodes.held;
}

function tellDifference(
  { inForce, difference, sameText }: Proposal,
  stage: string,
  { stdout }: CliContext,
): void {
  const { stored } = inForce;
  const before = stored === null ? 'what holds without settings' : `version ${stored.version}`;
  if (!isNone(difference))
    stdout.write(`Other than ${before} at stage ${stage}:\n${differenceLines(difference).join('\n')}\n`);
  else if (sameText) stdout.write(`The same as ${before} at stage ${stage}: there is nothing to store.\n`);
  else stdout.write(`Nothing changes from ${before} at stage ${stage} but the file itself.\n`);
}

async function put(
  remote: Remote,
  { source }: ReadSettings,
  { inForce, guardrails }: Proposal,
  input: Input,
  context: CliContext,
): Promise<{ readonly result: 'stored'; readonly version: number }> {
  const answer = await askAboutSettings(remote, {
    inoculate: 'settings-put/1',
    by: await whoAsks(remote, input, context),
    file: source.file.slice(-1024),
    text: source.text,
    guardrails: { ...guardrails },
    replaces: inForce.stored?.version ?? 0,
  });
  if (answer.result === 'stored') return { result: 'stored', version: answer.version };
  throw answer.result === 'conflict'
    ? new FailureError(`Somebody has stored version ${answer.version} of the settings meanwhile`, {
        exitCode: exitCodes.refused,
        help: 'look at it with "inoculate settings", and store the file again',
      })
    : new FailureError(`The settings were refused: ${answer.reason}`, { exitCode: exitCodes.badInput });
}
