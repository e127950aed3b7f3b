import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import { type Clock, pause } from './clock.ts';
import type { Logs } from './logs.ts';
import { addressOf } from './sandbox/runtime-api.ts';
import { killGroup, superviseCommand } from './sandbox/launch.ts';
import type { LocalProcess } from './service/model.ts';

/** The helper processes of a service, such as a stand-in for another team's API. */
export interface Helpers {
  /** By the process's name. */
  readonly ports: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const readyMs = 10_000;

/** Starts each with a free loopback port, and resolves when all of them listen. Rejects, with none left, when one does not. */
export async function startHelpers(
  processes: readonly LocalProcess[],
  dir: string,
  logs: Logs,
  clock: Clock,
): Promise<Helpers> {
  const free = await freePorts(processes.length);
  const ports = Object.fromEntries(processes.map(({ name }, at) => [name, free[at] ?? 0]));
  const children = processes.map((process) => start(process, ports, dir, logs));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(({ end }) => end()));
  };
  try {
    await Promise.all(children.map((child) => listening(child, ports[child.name] ?? 0, clock)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, stop };
}

/** Puts ports where `<name.port>` stands. */
export function withPorts(text: string, ports: Readonly<Record<string, number>>): string {
  return text.replaceAll(/<([\w-]+)\.port>/g, (all, name: string) => String(ports[name] ?? all));
}

interface Helper {
  readonly name: string;
  readonly exited: () => string | undefined;
  readonly end: () => Promise<void>;
}

function start(
  { name, command, portEnv, environment }: LocalProcess,
  ports: Readonly<Record<string, number>>,
  dir: string,
  logs: Logs,
): Helper {
  const own = Object.entries(environment).map(([key, value]) => [key, withPorts(value, ports)] as const);
  // "node" is the Node that runs us, whatever the machine has.
  const [program = '', ...args] = command.map((part, at) =>
    at === 0 && part === 'node' ? process.execPath : part,
  );
  const [first, ...rest] = superviseCommand([program, ...args]);
  const child: ChildProcess = spawn(first, rest, {
    cwd: dir,
    env: { PATH: process.env['PATH'], ...Object.fromEntries(own), [portEnv]: String(ports[name]) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const sink = logs.sink(`process-${name}`, (line) => ({ kind: 'process', process: name, line }));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', sink);
  let exited: string | undefined;
  let stopping = false;
  const closed = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      exited = error.message;
      if (child.pid === undefined) resolve();
    });
    child.on('exit', (code, signal) => {
      exited = `it ended with ${signal ?? `status ${code}`}`;
      if (!stopping) logs.host(`The process "${name}" is gone: ${exited}.`);
      killGroup(child);
    });
    child.on('close', () => resolve());
  });
  const end = async (): Promise<void> => {
    stopping = true;
    killGroup(child);
    await closed;
  };
  return { name, exited: () => exited, end };
}

async function listening(helper: Helper, port: number, clock: Clock): Promise<void> {
  const startedMs = clock.elapsedMs();
  while (clock.elapsedMs() - startedMs < readyMs) {
    const reason = helper.exited();
    if (reason !== undefined) {
      throw new Error(
        `The process "${helper.name}" did not start: ${reason}. See process-${helper.name}.log.`,
      );
    }
    if (await accepts(port)) return;
    await pause(clock, 25);
  }
  throw new Error(
    `The process "${helper.name}" does not listen on 127.0.0.1:${port} after ${readyMs / 1000} s; it is told the port in its portEnv.`,
  );
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => addressOf(server).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}
