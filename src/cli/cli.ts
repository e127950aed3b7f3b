import { suggest } from '../core/suggest.ts';
import { type Command, FailureError, UsageError } from './command.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseInput } from './parse-input.ts';

export interface Program {
  readonly version: string;
  readonly commands: readonly Command[];
}

/** Runs one command line and never throws: what goes wrong is told on stderr, with its exit code. */
export async function runCli(
  { version, commands }: Program,
  argv: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const topic = name === 'help' ? commands.find((command) => command.name === rest[0]) : undefined;
      context.stdout.write(topic === undefined ? generalHelp(commands) : commandHelp(topic));
      return exitCodes.held;
    }
    if (name === '--version' || name === '-v') {
      context.stdout.write(`${version}\n`);
      return exitCodes.held;
    }
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw unknownCommand(name, commands);
    const input = parseInput(command, rest);
    if (!input.flag('help')) return await command.run(input, context);
    context.stdout.write(commandHelp(command));
    return exitCodes.held;
  } catch (error) {
    return tell(error, rest.includes('--debug'), context);
  }
}

function unknownCommand(name: string, commands: readonly Command[]): UsageError {
  if (name.startsWith('-')) return new UsageError(`There is no option ${name}`, 'inoculate --help');
  const meant = suggest(
    name,
    commands.map((command) => command.name),
  );
  const help =
    meant === undefined ? 'inoculate --help lists the commands' : `did you mean "inoculate ${meant}"?`;
  return new UsageError(`There is no command "${name}"`, help);
}

function tell(error: unknown, debug: boolean, { stderr, color }: CliContext): ExitCode {
  const label = color ? '\u001b[31merror\u001b[0m' : 'error';
  if (error instanceof UsageError || error instanceof FailureError) {
    stderr.write(`${label}  ${error.message}\n${error.help === undefined ? '' : `  help: ${error.help}\n`}`);
    if (debug) stderr.write(causes(error));
    return error instanceof FailureError ? error.exitCode : exitCodes.badInput;
  }
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`${label}  internal${code}: ${message}\n`);
  const stack = error instanceof Error ? error.stack : undefined;
  if (debug && stack !== undefined) stderr.write(`${stack}\n${causes(error)}`);
  else stderr.write('  help: the same command with --debug shows where this comes from\n');
  return exitCodes.internal;
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return '';
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause);
  return `caused by: ${text}\n${causes(cause)}`;
}
