import type { AwsClients } from '../aws/clients.ts';
import type { BatchSource } from '../core/facts.ts';
import type { Experiment } from '../generated/types.ts';

export type Target = Experiment['targets'][string];

/** What a file's target is in the account. */
export interface ResolvedTarget {
  readonly id: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Only of functions. */
  readonly function?: {
    readonly layers: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly runtime: string | null;
    readonly timeoutMs: number;
    /** Null where that cannot be known. */
    readonly asynchronous: boolean | null;
    /** It runs on Lambda managed instances, which may give a process several events at once. */
    readonly sharesProcess: boolean;
    /** Only where the context asks for it. */
    readonly batches?: readonly BatchSource[];
  };
}

/** Finds the targets of one type. */
export interface TargetResolver {
  /** Null where there is no such thing. */
  resolve(target: Target, context: ResolveContext): Promise<ResolvedTarget | null>;
}

export interface ResolveContext {
  readonly aws: AwsClients;
  readonly signal: AbortSignal;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  /** Of the deployed controller; targets of a Serverless service are looked up in its stack of this stage. */
  readonly stage: string;
  /** A fault asks what hands batches to the function. */
  readonly withBatches?: boolean;
}
