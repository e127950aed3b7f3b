import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Isolation } from '../types.ts';
import type { SandboxFolders } from './environment.ts';

export interface LaunchInput {
  readonly isolation: Isolation;
  readonly folders: SandboxFolders;
  /** An empty folder on which a namespace puts its root. */
  readonly mountPoint: string;
  /** `launch.sh` */
  readonly launcher: string;
  readonly temporaryMb: number;
  readonly nodeOptions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts a sandbox's processes as a process group of their own. They end with the host, even where that is killed:
 * in namespaces the kernel sees to it, elsewhere a shell that waits for the host's end of a pipe to close.
 */
export function launch(input: LaunchInput): ChildProcess {
  const [command, ...args] = launchCommand(input);
  return spawn(command, args, {
    cwd: input.folders.task,
    env: { ...input.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(input.isolation === 'environment' ? (['pipe'] as const) : [])],
  });
}

type Command = readonly [string, ...string[]];

/** The command line that runs a sandbox's runtime. */
export function launchCommand(input: LaunchInput): Command {
  return input.isolation === 'namespace' ? inNamespaces(input) : inGroup(input);
}

function inNamespaces({ folders, mountPoint, launcher, temporaryMb, nodeOptions }: LaunchInput): Command {
  const { task, modules = '-', runtime, opt = '-', node } = folders;
  return [
    ...(['setpriv', '--pdeathsig', 'KILL'] as const),
    ...['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child=KILL'],
    ...['--propagation', 'private', '/bin/sh', launcher],
    ...[mountPoint, task, modules, runtime, opt, node, String(temporaryMb), ...nodeOptions],
  ];
}

// The watching shell holds the output open as well, so that the output's end is the end of all of them.
const watchdog = '(read -r end; kill -KILL 0) <&3 3<&- & exec 3<&-; exec "$@"';

/** A command whose process group ends when file descriptor 3, a pipe held by the host, closes. */
export function superviseCommand(command: readonly string[]): Command {
  return ['/bin/sh', '-c', watchdog, 'sh', ...command];
}

function inGroup({ folders, nodeOptions, environment }: LaunchInput): Command {
  const wrapper = environment['AWS_LAMBDA_EXEC_WRAPPER'];
  const runtime = [folders.node, ...nodeOptions, path.join(folders.runtime, 'index.mjs')];
  return superviseCommand([...(wrapper === undefined ? [] : [wrapper]), ...runtime]);
}

/** Ends a detached child and everything that it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left in the group.
    const gone = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
  child.stdio[3]?.destroy();
}
