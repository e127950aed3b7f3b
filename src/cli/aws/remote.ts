import type { CallerProof, ProvedDecision } from '../../aws/caller-proof.ts';
import type { AwsClients } from '../../aws/clients.ts';

/** Functions of the controller that the command line invokes. */
export type RemoteFunction = 'requests' | 'start' | 'stop' | 'settings' | 'approve' | 'planner';

/** Who the credentials belong to, as AWS sees it. */
export interface Caller {
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
}

/** The controller of one stage, as the command line reaches it. */
export interface Remote {
  readonly stage: string;
  /** For messages; what the SDK finds. Rejects where none is configured. */
  region(): Promise<string>;
  /** What the function answers. Whatever goes wrong is thrown as a `FailureError`. */
  invoke(name: RemoteFunction, message: object): Promise<unknown>;
  caller(): Promise<Caller>;
  /** Proves to the controller whose credentials these are, for one decision alone. */
  prove(decision: Omit<ProvedDecision, 'stage' | 'account' | 'region'>): Promise<CallerProof>;
  /** For `doctor`, which looks at more than the controller's functions. */
  readonly aws: AwsClients;
  /** Until then, or until it is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface RemoteSettings {
  readonly stage: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

export type Connect = (settings: RemoteSettings) => Remote | Promise<Remote>;
