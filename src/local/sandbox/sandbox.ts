import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../clock.ts';
import { killGroup } from './launch.ts';
import { endLines, LogTail, startLine } from './log-tail.ts';
import { exitFailure, type Failure, type Outcome, type Served, timeoutFailure } from './outcome.ts';
import { RuntimeApi } from './runtime-api.ts';

/** Why a sandbox never served: in AWS's words, which name the request that waited for it. */
export type InitFailure = (requestId: string) => Failure;

export interface SandboxOptions {
  readonly clock: Clock;
  readonly arn: string;
  readonly timeoutS: number;
  readonly memoryMb: number;
  /** Starts the processes, which are told the Runtime API's `host:port`. */
  launch(runtimeApi: string): ChildProcess;
  onOutput(text: string): void;
  /** It may be given an invocation: after initialisation, and after each invocation. */
  onIdle(): void;
  /** Called once, when every process is gone; with a reason if it was never idle. */
  onEnd(failure: InitFailure | undefined): void;
}

interface Pending {
  readonly id: string;
  readonly startedMs: number;
  readonly resolve: (served: Served) => void;
  readonly cancelTimeout: () => void;
}

/** AWS gives initialisation 10 s, and starts it again within the function's timeout; here it is one go as long as both. */
const initLimitMs = 10_000;

/**
 * One execution environment: a runtime in processes of its own, that serves one invocation at a time and many in its
 * life. `starting → idle ⇄ busy → ended`.
 */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #api: RuntimeApi;
  readonly #tail = new LogTail();
  readonly #ended: Promise<void>;
  #resolveEnded: () => void = () => undefined;
  #process: ChildProcess | undefined;
  #pending: Pending | undefined;
  #initFailure: InitFailure | undefined;
  #initMs: number | undefined;
  #startedMs = 0;
  #served = 0;
  #asked = false;
  #state: 'running' | 'dying' | 'ended' = 'running';
  #cancelInit: () => void = () => undefined;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#api = new RuntimeApi({
      onNext: () => this.#onNext(),
      onOutcome: (id, outcome) => this.#settle(id, outcome),
      onInitError: (failure) => (this.#initFailure = () => failure),
    });
  }

  /** Whether it may be given an invocation now. */
  get usable(): boolean {
    return this.#state === 'running' && this.#asked && this.#pending === undefined;
  }

  /** Whether it has answered, lives, and has not asked for more yet. */
  get resting(): boolean {
    return this.#state === 'running' && !this.#asked && this.#pending === undefined;
  }

  /** Initialises; what becomes of it, `onIdle` and `onEnd` tell. */
  start(): void {
    this.#startedMs = this.#options.clock.elapsedMs();
    this.#limitInit();
    this.#api.listen().then(
      (address) => (this.#state === 'running' ? this.#launch(address) : this.#finish()),
      (error: unknown) => this.#failStart(error),
    );
  }

  /** Serves one invocation. What goes wrong is the outcome. Only when `usable`. */
  invoke(id: string, payload: Buffer | string, traceId?: string): Promise<Served> {
    const { clock, arn, timeoutS } = this.#options;
    if (!this.usable) throw new Error('The sandbox is not free.');
    return new Promise((resolve) => {
      const timeoutMs = timeoutS * 1000;
      const cancelTimeout = clock.after(timeoutMs, () => {
        this.#settle(id, { kind: 'failure', failure: timeoutFailure(id, timeoutS) });
        void this.kill();
      });
      this.#tail.clear();
      this.#onOutput(startLine(id));
      this.#pending = { id, startedMs: clock.elapsedMs(), resolve, cancelTimeout };
      this.#asked = false;
      this.#api.send({ id, arn, payload, traceId, deadlineAt: clock.now() + timeoutMs });
    });
  }

  /** Ends every process of the sandbox, and resolves when they are gone. */
  kill(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'dying';
      this.#signalGroup();
    }
    return this.#ended;
  }

  #limitInit(): void {
    const limitMs = initLimitMs + this.#options.timeoutS * 1000;
    this.#cancelInit = this.#options.clock.after(limitMs, () => {
      this.#initFailure = (id) => timeoutFailure(id, limitMs / 1000);
      void this.kill();
    });
  }

  #launch(address: string): void {
    const child = this.#options.launch(address);
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#onOutput(text));
    }
    child.on('error', (error) => {
      if (child.pid === undefined) this.#failStart(error);
    });
    // What the function left running goes with it, and so lets go of the output.
    child.on('exit', () => this.#signalGroup());
    child.on('close', (code, signal) => this.#onExit(code, signal));
  }

  #failStart(error: unknown): void {
    const errorMessage = error instanceof Error ? error.message : String(error);
    this.#initFailure = () => ({ errorType: 'Runtime.InvalidEntrypoint', errorMessage });
    this.#finish();
  }

  #onNext(): void {
    this.#asked = true;
    if (this.#initMs === undefined) {
      this.#cancelInit();
      this.#initMs = this.#options.clock.elapsedMs() - this.#startedMs;
    }
    if (this.usable) this.#options.onIdle();
  }

  #onOutput(text: string): void {
    this.#tail.add(text);
    this.#options.onOutput(text);
  }

  #settle(id: string, outcome: Outcome): void {
    const pending = this.#pending;
    if (pending?.id !== id) return;
    pending.cancelTimeout();
    const { clock, memoryMb } = this.#options;
    const durationMs = clock.elapsedMs() - pending.startedMs;
    const coldStart = this.#served === 0;
    this.#served += 1;
    const initMs = coldStart ? this.#initMs : undefined;
    this.#pending = undefined;
    // What the function wrote before it answered is in the pipe already; one turn of the loop brings it in.
    setImmediate(() => {
      this.#onOutput(endLines({ id, durationMs, initMs, memoryMb, outcome }));
      pending.resolve({ outcome, durationMs, coldStart, logTail: this.#tail.text });
      if (this.usable) this.#options.onIdle();
    });
  }

  #onExit(code: number | null, signal: string | null): void {
    this.#initFailure ??= (id) => exitFailure(id, code, signal);
    const pending = this.#pending;
    if (pending !== undefined) {
      this.#settle(pending.id, { kind: 'failure', failure: exitFailure(pending.id, code, signal) });
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancelInit();
    this.#api.close();
    this.#resolveEnded();
    this.#options.onEnd(this.#initMs === undefined ? (this.#initFailure ?? stopped) : undefined);
  }

  #signalGroup(): void {
    if (this.#process !== undefined) killGroup(this.#process);
  }
}

const stopped: InitFailure = (id) => exitFailure(id, null, 'SIGKILL');
