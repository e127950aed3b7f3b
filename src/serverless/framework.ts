// As much of the Serverless Framework (osls 4, Serverless 3 and 4) as the plugin uses.

/** A map as serverless.yml has it; `null` is a key without a value. */
export type Values = Readonly<Record<string, unknown>>;

export interface FunctionConfig {
  readonly name: string;
  readonly runtime?: string;
  readonly image?: unknown;
  readonly events?: readonly Values[] | null;
  layers?: readonly unknown[] | null;
  environment?: Values | null;
  tags?: Values | null;
}

export interface ProviderConfig {
  readonly name: string;
  readonly environment?: Values | null;
  readonly layers?: readonly unknown[] | null;
  readonly tags?: Values | null;
  readonly compiledCloudFormationTemplate?: { readonly Resources: Record<string, Resource> };
  /** What AWS has of a function that is deployed by itself. */
  readonly remoteFunctionData?: {
    readonly Configuration?: { readonly Environment?: { readonly Variables?: Values } };
  };
}

/** A resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Values;
  readonly Condition?: unknown;
}

export interface Service {
  readonly custom?: unknown;
  readonly provider: ProviderConfig;
  layers?: Values | null;
  getAllFunctions(): readonly string[];
  getFunction(key: string): FunctionConfig;
}

export interface AwsProvider {
  getStage(): string;
  getRegion(): string;
  getRuntime(own: string | undefined): string;
  readonly naming: {
    getStackName(): string;
    getLambdaLogicalId(key: string): string;
    getLambdaLayerLogicalId(key: string): string;
  };
}

/** The part of the framework that asks AWS for the last version of each layer. */
export interface MaybeLayerCompiler {
  compareWithLastLayer?: (layer: string) => Promise<unknown>;
}

export interface Framework {
  readonly serviceDir: string;
  readonly service: Service;
  readonly processedInput?: { readonly commands: readonly string[] };
  readonly pluginManager: { readonly plugins: readonly MaybeLayerCompiler[] };
  readonly configSchemaHandler: { defineCustomProperties(schema: object): void };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): AwsProvider;
}

export interface Options {
  /** The function that `deploy function` was given. */
  readonly function?: string;
}

export interface Utilities {
  readonly log: {
    info(message: string): void;
    notice(message: string): void;
    warning(message: string): void;
  };
}
