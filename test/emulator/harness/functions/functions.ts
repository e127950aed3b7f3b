import { availableParallelism } from 'node:os';
import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { lambdaRuntimes } from '../../../../src/core/lambda-runtimes.ts';
import { systemClock } from '../../../../src/local/clock.ts';
import { Logs } from '../../../../src/local/logs.ts';
import { Pool, type PoolResult } from '../../../../src/local/pool.ts';
import { type Prepared, prepareRuntime } from '../../../../src/local/runtime/prepare.ts';
import { createSandbox } from '../../../../src/local/sandbox/create.ts';
import type { Failure } from '../../../../src/local/sandbox/outcome.ts';
import type { SandboxCredentials } from '../../../../src/local/sandbox/environment.ts';
import type { InvokeRequest } from './invoke-request.ts';
import { mergeLayers } from './layers.ts';

/** What launch_ministack.py makes Lambda's answer of. */
export type InvokeAnswer =
  | { readonly kind: 'answer'; readonly body: unknown; readonly log: string }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly log: string }
  | { readonly kind: 'throttled' };

export interface FunctionsOptions {
  readonly workDir: string;
  readonly region: string;
  /** Of the recorder: every function's AWS. */
  readonly endpoint: () => string;
  readonly credentialsOf: (functionName: string) => Omit<SandboxCredentials, 'sessionToken'>;
  /** Told each line that a function writes. */
  readonly onLine: (line: string) => void;
}

/** Sandboxes of one version of a function, as it is configured now. */
interface Deployment {
  readonly signature: string;
  readonly pool: Pool;
  invocations: number;
  retired: boolean;
}

const idleMs = 60_000;
/** Of one version of a function; on AWS 1000 over all of them. */
const maxSandboxes = 20;
const keptLogLines = 5000;

/** Runs whatever is deployed to the emulator under AWS's runtime interface client, in this project's own sandboxes. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #prepared: Prepared;
  readonly #mountPoint: string;
  readonly #logs: Logs;
  readonly #lines = new Map<string, string[]>();
  /** By name and version. */
  readonly #deployments = new Map<string, Deployment>();
  readonly #retired = new Set<Deployment>();
  readonly #running = new Map<string, number>();
  readonly #paused = new Set<string>();
  readonly #throttled = new Map<string, number>();

  constructor(options: FunctionsOptions) {
    this.#options = options;
    this.#mountPoint = path.join(options.workDir, 'root');
    mkdirSync(this.#mountPoint, { recursive: true });
    mkdirSync(path.join(options.workDir, 'tmp'), { recursive: true });
    const functions = Object.fromEntries(
      lambdaRuntimes.map((runtime) => [runtime, { key: runtime, runtime }] as const),
    );
    this.#prepared = prepareRuntime({
      service: { dir: import.meta.dirname, functions },
      runtimeDir: undefined,
      only: undefined,
      requireNative: false,
      isolation: undefined,
      mountPoint: this.#mountPoint,
    });
    this.#logs = new Logs(path.join(options.workDir, 'logs'), (line) => {
      if (line.kind !== 'function') return;
      this.#remember(line.functionKey, line.line);
      options.onLine(line.line);
    });
  }

  /** What a function wrote, with the platform's lines; the last 5000. */
  logs(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  /** How many invocations of the function were throttled so far. */
  throttled(name: string): number {
    return this.#throttled.get(name) ?? 0;
  }

  async invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    const { name } = request.function;
    const running = this.#running.get(name) ?? 0;
    if (this.#paused.has(name) || running >= (request.reservedConcurrency ?? Infinity)) {
      this.#throttled.set(name, this.throttled(name) + 1);
      return { kind: 'throttled' };
    }
    this.#running.set(name, running + 1);
    const deployment = this.#deploymentOf(request);
    deployment.invocations += 1;
    try {
      return answerOf(
        await deployment.pool.invoke(name, request.payload, request.requestId, request.traceId),
      );
    } finally {
      this.#running.set(name, (this.#running.get(name) ?? 1) - 1);
      deployment.invocations -= 1;
      this.#endIfRetired(deployment);
    }
  }

  /** Ends every process of the function, in whatever it is doing; the next invocation starts new ones. */
  async kill(name: string): Promise<void> {
    const killed = [...this.#deployments].filter(([key]) => key.startsWith(`${name}:`));
    for (const [key] of killed) this.#deployments.delete(key);
    const others = [...this.#retired].filter(({ signature }) => signature.startsWith(`${name}:`));
    await Promise.all([
      ...killed.map(([, { pool }]) => pool.stop()),
      ...others.map(({ pool }) => pool.stop()),
    ]);
  }

  /** Every invocation is throttled until `resume`. */
  pause(name: string): void {
    this.#paused.add(name);
  }

  resume(name: string): void {
    this.#paused.delete(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#deployments.values(), ...this.#retired].map(({ pool }) => pool.stop()));
    await this.#logs.close();
  }

  /** A changed configuration or code takes new sandboxes; the old ones finish what they are at. */
  #deploymentOf(request: InvokeRequest): Deployment {
    const { name, version } = request.function;
    const key = `${name}:${version ?? ''}`;
    const signature = `${key} ${JSON.stringify([request.function, request.task, request.layers])}`;
    const known = this.#deployments.get(key);
    if (known?.signature === signature) return known;
    const deployment = { signature, pool: this.#poolOf(request), invocations: 0, retired: false };
    this.#deployments.set(key, deployment);
    if (known !== undefined) {
      known.retired = true;
      this.#retired.add(known);
      this.#endIfRetired(known);
    }
    return deployment;
  }

  #endIfRetired(deployment: Deployment): void {
    if (!deployment.retired || deployment.invocations > 0) return;
    this.#retired.delete(deployment);
    void deployment.pool.stop();
  }

  #poolOf({ function: fn, task, layers }: InvokeRequest): Pool {
    const { workDir, region, endpoint, credentialsOf } = this.#options;
    const node = this.#prepared.nodes[fn.runtime];
    if (node === undefined) throw new Error(`No Node for ${fn.runtime}.`);
    const opt = mergeLayers(layers, path.join(workDir, 'opt'));
    const own = this.#prepared.isolation === 'namespace' ? {} : wrapperIn(opt, fn.environment);
    const factory = {
      clock: systemClock,
      logs: this.#logs,
      prepared: { ...this.#prepared, nodes: { [fn.key]: node } },
      region,
      mountPoint: this.#mountPoint,
      temporaryDir: path.join(workDir, 'tmp'),
      layerDir: opt,
      wrapper: undefined,
      credentials: { ...credentialsOf(fn.name), sessionToken: 'emulated' },
      code: { [fn.key]: task },
      modules: undefined,
      hostEnvironment: { AWS_ENDPOINT_URL: endpoint() },
      extraEnvironment: { [fn.key]: own },
    };
    return new Pool({
      clock: systemClock,
      maxSandboxes,
      maxStarting: availableParallelism() * 2,
      idleMs,
      create: (_, events) => createSandbox(factory, fn, events),
    });
  }

  #remember(name: string, line: string): void {
    const lines = this.#lines.get(name) ?? [];
    this.#lines.set(name, lines);
    lines.push(line);
    if (lines.length > keptLogLines) lines.splice(0, lines.length - keptLogLines);
  }
}

/** Where the machine refuses namespaces, /opt is a real folder elsewhere. */
function wrapperIn(
  opt: string | undefined,
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const wrapper = environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (opt === undefined || wrapper === undefined || !wrapper.startsWith('/opt/')) return {};
  return { AWS_LAMBDA_EXEC_WRAPPER: path.join(opt, wrapper.slice('/opt/'.length)) };
}

function answerOf(result: PoolResult): InvokeAnswer {
  if (result.kind === 'served') {
    const { outcome, logTail: log } = result.served;
    if (outcome.kind === 'failure') return { kind: 'failure', failure: outcome.failure, log };
    return { kind: 'answer', body: JSON.parse(outcome.body.toString() || 'null'), log };
  }
  if (result.kind === 'throttled') return { kind: 'throttled' };
  const errorMessage = `RequestId: ${result.requestId} Error: Runtime exited with error: signal: killed`;
  return { kind: 'failure', failure: { errorType: 'Runtime.ExitError', errorMessage }, log: '' };
}
