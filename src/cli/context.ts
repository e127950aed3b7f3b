import type { Connect } from './aws/remote.ts';

/** Where a command's words go. */
export interface Output {
  write(text: string): void;
}

/** Everything that a command may know of the process it runs in, so that it can be tested without one. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether a person is looking. */
  readonly isTTY: boolean;
  readonly color: boolean;
  /** Absolute; what relative paths are relative to. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In place of AWS, in tests. */
  readonly connect?: Connect;
}

/** Colours: not when https://no-color.org says so or the output goes to a file, unless FORCE_COLOR asks for them. */
export function wantsColor(env: CliContext['env'], isTTY: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}

/** The context of this process. */
export function processContext(): CliContext {
  const isTTY = process.stdout.isTTY;
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    isTTY,
    color: wantsColor(process.env, isTTY),
    cwd: process.cwd(),
    env: process.env,
  };
}
