// A function that tells what its sandbox is like, and does what a fault would make fail. Bundled by the tests.
import { readdirSync, readFileSync, readlinkSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

interface Wanted {
  readonly do: string;
  readonly ms?: number;
  readonly bytes?: number;
  readonly url?: string;
}

declare const awslambda: {
  streamifyResponse<T>(handler: T): T;
};

const bornAt = Date.now();
let invocations = 0;

/** What a fault could leave behind in this process. */
function traces(): Record<string, unknown> {
  // Node makes them when they are first used, by whomever.
  void [process.stdout, process.stderr];
  const listeners = (name: string): number => process.listenerCount(name);
  return {
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: ['SIGTERM', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning'].map(
      listeners,
    ),
    threads: readdirSync('/proc/self/task').length,
    files: openFiles(),
    temporary: readdirSync(tmpdir()).toSorted(),
    diskShare: diskShare(),
    isMainThread,
    threadId,
  };
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [readlinkSync(join('/proc/self/fd', fd))];
      } catch {
        return []; // the descriptor of the reading itself
      }
    })
    .filter((path) => path.startsWith('/') && !path.startsWith('/dev/') && !path.startsWith('/proc/'))
    .toSorted();
}

function diskShare(): number {
  const { blocks, bfree } = statfsSync(tmpdir());
  return 1 - bfree / blocks;
}

/** Resident memory in bytes, as the system counts it. */
function rss(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function cpuWithin(ms: number): Promise<number> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const actions: Record<string, (wanted: Wanted) => Promise<unknown>> = {
  nothing: async () => 'done',
  life: async () => ({ bornAt, invocations, pid: process.pid }),
  look: async () => ({ ...traces(), rss: rss() }),
  wait: async ({ ms = 0 }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ...traces(), rss: rss() };
  },
  write: async ({ bytes = 0 }) => {
    const path = join(tmpdir(), 'own');
    try {
      writeFileSync(path, Buffer.alloc(bytes));
      return 'written';
    } catch (error) {
      return Reflect.get(Object(error), 'code');
    } finally {
      rmSync(path, { force: true });
    }
  },
  cpu: async ({ ms = 0 }) => cpuWithin(ms),
  fail: async () => {
    throw new TypeError('of its own');
  },
  large: async ({ bytes = 0 }) => 'x'.repeat(bytes),
  own: async () => ({ toJSON: () => ({ by: 'itself' }) }),
  nothingAtAll: async () => undefined,
  hangs: async () => new Promise(() => undefined),
  get: async ({ url = '' }) =>
    new Promise((resolve) => {
      request(url, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      })
        .on('error', (error) => resolve(String(Reflect.get(error, 'code'))))
        .end();
    }),
};

export async function any(event: Wanted): Promise<unknown> {
  invocations += 1;
  return actions[event.do]?.(event);
}

/** The same, its answer streamed in two parts. */
export const streamed = awslambda.streamifyResponse(
  async (event: Wanted, stream: NodeJS.WritableStream): Promise<void> => {
    invocations += 1;
    const answer = JSON.stringify(await actions[event.do]?.(event));
    stream.write(answer.slice(0, 3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    stream.end(answer.slice(3));
    if (event.ms !== undefined) await new Promise((resolve) => setTimeout(resolve, event.ms));
  },
);
