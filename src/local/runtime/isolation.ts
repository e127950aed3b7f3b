import { spawnSync } from 'node:child_process';
import { launchCommand, type LaunchInput } from '../sandbox/launch.ts';

/**
 * Whether this machine lets us give a sandbox namespaces of its own: found out by doing it. Returns why not, or
 * `undefined` where it does.
 */
export function namespacesRefused(input: LaunchInput): string | undefined {
  if (process.platform !== 'linux') return `${process.platform} has no namespaces`;
  const [command, ...args] = launchCommand({ ...input, isolation: 'namespace', nodeOptions: ['--version'] });
  const { status, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return undefined;
  const lines = stderr?.trim().split('\n') ?? [];
  return error?.message ?? lines.at(-1) ?? `exit status ${status}`;
}
