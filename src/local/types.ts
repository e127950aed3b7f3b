import type { LocalService } from './service/model.ts';

/** Which runtime client runs the functions; see docs/LOCAL.md. */
export type RuntimeClient = 'native' | 'javascript' | 'own-loop';

/** `namespace`: the code sees `/var/task`, `/opt`, `/var/runtime` and its own `/tmp`; `environment`: real folders. */
export type Isolation = 'namespace' | 'environment';

export interface RuntimeReport {
  readonly client: RuntimeClient;
  /** What the client is, in a few words; without paths, since reports are passed on. */
  readonly detail: string;
  /** The version of Node that runs each function, by function key: `22.23.3`. */
  readonly node: Readonly<Record<string, string>>;
  readonly isolation: Isolation;
  /** Every way in which this machine departs from what the functions declare; empty when it does not. */
  readonly notes: readonly string[];
}

export interface HostOptions {
  readonly service: LocalService;
  /** Database files and bundles; kept from one start to the next. */
  readonly stateDir: string;
  /** One file per function, plus one per helper process. */
  readonly logDir: string;
  /** The folder that appears as `/opt`. With it every function starts through `inoculate/wrapper` in it. */
  readonly layerDir?: string;
  /** Variables on top of those of serverless.yml, by function key. */
  readonly extraEnvironment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How many sandboxes there may be at once, over all functions. Without it: by this machine's cores and memory. */
  readonly maxSandboxes?: number;
  /** An idle sandbox is ended after so long. Without it: 5 minutes. */
  readonly idleSandboxMs?: number;
  /** Waits before the second and third attempt of an asynchronous invocation. Without it: 1 s and 2 s. */
  readonly asyncRetryDelaysMs?: readonly number[];
  readonly onLog?: (line: HostLog) => void;
  /** Refuses to start with anything but AWS's natively built client. */
  readonly requireNativeRuntime?: boolean;
  /** Uses this client only. */
  readonly runtimeClient?: RuntimeClient;
  /** Uses this isolation only. */
  readonly isolation?: Isolation;
  /** Where `dist/runtime` is; found by itself otherwise. */
  readonly runtimeDir?: string;
}

export type HostLog =
  /** One line that a function wrote. */
  | { readonly kind: 'function'; readonly functionKey: string; readonly line: string }
  /** One line that a helper process wrote. */
  | { readonly kind: 'process'; readonly process: string; readonly line: string }
  /** What the host itself has to say. */
  | { readonly kind: 'host'; readonly line: string };

export interface LocalHost {
  readonly runtime: RuntimeReport;
  /** `http://127.0.0.1:…` */
  readonly dynamodbEndpoint: string;
  /** `http://127.0.0.1:…`; also answers, with a plain refusal, for the AWS services that are not served here. */
  readonly lambdaEndpoint: string;
  /** Invokes and waits, as `RequestResponse` does. Rejects only for an unknown key or a stopped host. */
  invoke(functionKey: string, event: unknown, requestId?: string): Promise<InvocationResult>;
  /**
   * Keeps so many sandboxes of a function initialised from now on, as far as the cap allows; resolves when none starts
   * any more. As with provisioned concurrency on AWS, an invocation then waits for no cold start.
   */
  keepReady(functionKey: string, count: number, signal: AbortSignal): Promise<void>;
  /** Ends every process, closes the servers and the database. Safe to call twice. */
  stop(): Promise<void>;
}

interface InvocationFacts {
  readonly requestId: string;
  /** From the moment the function had the event to its answer; initialisation is apart from it. */
  readonly durationMs: number;
  /** Whether this was the sandbox's first invocation. */
  readonly coldStart: boolean;
}

export type InvocationResult =
  | (InvocationFacts & { readonly ok: true; readonly payload: unknown })
  | (InvocationFacts & {
      readonly ok: false;
      /** `function`: it failed, timed out or died; `throttled`: the cap on sandboxes was reached and nothing ran. */
      readonly reason: 'function' | 'throttled';
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace?: readonly string[];
    });
