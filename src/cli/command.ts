import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

export type OptionSpec =
  | { readonly type: 'flag'; readonly short?: string; readonly description: string }
  | {
      readonly type: 'value';
      readonly short?: string;
      /** In the help text: `--stage STAGE`. */
      readonly placeholder: string;
      readonly description: string;
      readonly default?: string;
    };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What stands on the command line after the command's name. */
export interface Input {
  readonly args: readonly string[];
  /** Whether a flag is given. */
  flag(name: string): boolean;
  /** An option's value, its default, or undefined. */
  value(name: string): string | undefined;
}

export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the name: `FILES...`, `[KIND]`. */
  readonly usage: string;
  /** Paragraphs and examples for `--help`. */
  readonly details: string;
  readonly options: OptionSpecs;
  /** Least and greatest number of arguments. */
  readonly arity: readonly [min: number, max: number];
  run(input: Input, context: CliContext): ExitCode | Promise<ExitCode>;
}

/** Wrong input: told in a sentence, exit code 2. Thrown by commands and by the reading of options. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly help: string | undefined;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

/** What somebody else could not do: AWS, the network, the controller. Told in a sentence, with what would help. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly exitCode: ExitCode;
  readonly help: string | undefined;

  constructor(message: string, options: { exitCode: ExitCode; help?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode;
    this.help = options.help;
  }
}
