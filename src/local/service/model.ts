import type { BatchSource } from '../../core/facts.ts';
import type { LambdaRuntime } from '../../core/lambda-runtimes.ts';

/** What one machine needs to know of a service. */
export interface LocalService {
  readonly name: string;
  readonly stage: string;
  readonly region: string;
  /** The folder of serverless.yml. */
  readonly dir: string;
  /** By the function's key in serverless.yml. */
  readonly functions: Readonly<Record<string, LocalFunction>>;
  readonly tables: readonly TableDefinition[];
  /** Started beside the functions. */
  readonly processes: readonly LocalProcess[];
  /** Keys of functions to invoke, in order, before any traffic. */
  readonly setup: readonly string[];
  /** How handlers are bundled; the service's own settings of esbuild. */
  readonly bundling: Bundling;
  /** What serverless.yml says and one machine does not do, in sentences. */
  readonly notes: readonly string[];
}

export interface LocalFunction {
  readonly key: string;
  /** As deployed: `${service}-${stage}-${key}`, or its own. */
  readonly name: string;
  readonly arn: string;
  /** As in serverless.yml: `functions/checkout.handler`. */
  readonly handler: string;
  readonly runtime: LambdaRuntime;
  /** Of a published version; without it the function runs as `$LATEST`. */
  readonly version?: string;
  readonly timeoutS: number;
  readonly memoryMb: number;
  /** Size of /tmp. */
  readonly ephemeralStorageMb: number;
  /** Resolved; may hold `<name.port>` where a helper process's port belongs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The queues and streams that are read for it where it is deployed; without any, left out. */
  readonly batches?: readonly BatchSource[];
}

/** A table as CreateTable takes it. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
}

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
}

export interface LocalProcess {
  readonly name: string;
  readonly command: readonly string[];
  /** The variable that tells it the port on which to listen. */
  readonly portEnv: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The settings of esbuild that are the service's own; `null` where handlers run as they lie there. */
export type Bundling =
  { readonly mode: 'none' } | { readonly mode: 'esbuild'; readonly options: EsbuildOptions };

export interface EsbuildOptions {
  readonly format: 'esm' | 'cjs';
  readonly minify: boolean;
  readonly target?: string | readonly string[];
  readonly mainFields?: readonly string[];
  readonly conditions?: readonly string[];
  readonly external?: readonly string[];
  readonly banner?: Readonly<Record<string, string>>;
  readonly define?: Readonly<Record<string, string>>;
  readonly loader?: Readonly<Record<string, string>>;
  readonly tsconfig?: string;
  readonly keepNames?: boolean;
}
