import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildRuntime } from '../../scripts/build-runtime.ts';
import { startHost } from '../../src/local/host.ts';
import { type LocalService, readService } from '../../src/local/service.ts';
import type { HostOptions, InvocationResult, LocalHost, RuntimeClient } from '../../src/local/types.ts';

export const fixtures = resolve(import.meta.dirname, 'fixtures');
const root = resolve(import.meta.dirname, '../..');

/** The clients that this machine can run; in CI, all of them. */
export const clients: readonly RuntimeClient[] = existsSync(
  join(root, 'test/runtimes/node_modules/aws-lambda-ric/rapid-client.node'),
)
  ? ['native', 'javascript', 'own-loop']
  : ['javascript', 'own-loop'];

export async function fixtureService(name = 'service'): Promise<LocalService> {
  const service = await readService(join(fixtures, name, 'serverless.yml'), { stage: 'test' });
  if ('problems' in service) throw new Error(JSON.stringify(service.problems, null, 2));
  return service;
}

/** Everything that the tests of one file started, to be ended after them. */
export class Hosts {
  readonly #folders: string[] = [];
  readonly #hosts: LocalHost[] = [];
  #runtimeDir: string | undefined;

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'inoculate-test-'));
    this.#folders.push(folder);
    return folder;
  }

  /** Built from the sources of now, not from whatever dist/ holds. */
  async runtimeDir(): Promise<string> {
    if (this.#runtimeDir === undefined) {
      this.#runtimeDir = join(this.folder(), 'runtime');
      await buildRuntime(this.#runtimeDir, { requireRic: true });
    }
    return this.#runtimeDir;
  }

  async start(options: Partial<HostOptions> = {}): Promise<LocalHost> {
    const folder = this.folder();
    const host = await startHost({
      service: options.service ?? (await fixtureService()),
      stateDir: join(folder, 'state'),
      logDir: join(folder, 'logs'),
      runtimeDir: await this.runtimeDir(),
      ...options,
    });
    this.#hosts.push(host);
    return host;
  }

  async end(): Promise<void> {
    const ended = await Promise.allSettled(this.#hosts.map((host) => host.stop()));
    // Whatever did not end, nothing is left behind.
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    const reasons = ended.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    if (reasons.length > 0) throw new AggregateError(reasons, 'a host did not end');
  }
}

/** What the fixture `probe` says; throws where the invocation failed. */
export function probed(result: InvocationResult): Probe {
  if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
  return result.payload as Probe;
}

export interface Probe {
  readonly invocations: number;
  readonly pid: number;
  readonly node: string;
  readonly cwd: string;
  readonly handler: string;
  readonly module: string;
  readonly opt: readonly string[];
  readonly runtimeDir: boolean;
  readonly list: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly arn: string;
  readonly requestId: string;
  readonly remainingMs: number;
}

/** Processes of this machine that have a text in their command line or their environment. */
export function processesWith(mark: string): string[] {
  return execFileSync('ps', ['axeww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\n')
    .filter((line) => line.includes(mark) && !line.includes('ps axeww'));
}

/** Looks again and again until a condition holds; the last look is what a test then judges. */
export async function eventually<Value>(look: () => Value, holds: (value: Value) => boolean): Promise<Value> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const value = look();
    if (holds(value)) return value;
    await new Promise((next) => setTimeout(next, 25));
  }
  return look();
}
