import {
  type AliasConfiguration,
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
  InvalidParameterValueException,
  PreconditionFailedException,
  type ProvisionedConcurrencyConfigListItem,
  ResourceConflictException,
  ResourceInUseException,
  ResourceNotFoundException,
  type UpdateEventSourceMappingRequest,
  type UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

export interface FakeFunction {
  configuration: FunctionConfiguration;
  tags: Record<string, string>;
  reservedConcurrency?: number;
  policy?: string;
  aliases?: AliasConfiguration[];
  provisioned?: ProvisionedConcurrencyConfigListItem[];
}

export interface FakeMapping {
  configuration: EventSourceMappingConfiguration;
  tags: Record<string, string>;
}

const prefix = `arn:aws:lambda:${fakeRegion}:${fakeAccount}`;

/** Functions and event source mappings, as Lambda's control plane keeps them. */
export class FakeLambda {
  readonly functions = new Map<string, FakeFunction>();
  readonly mappings = new Map<string, FakeMapping>();
  removed = 0;
  #revisions = 0;

  addFunction(name: string, change: Partial<FakeFunction> = {}): string {
    const FunctionArn = `${prefix}:function:${name}`;
    const defaults = {
      Runtime: 'nodejs24.x' as const,
      Timeout: 6,
      MemorySize: 1024,
      Description: 'a function',
    };
    const state = { State: 'Active' as const, LastUpdateStatus: 'Successful' as const };
    this.functions.set(name, {
      tags: { inoculate: 'allow' },
      ...change,
      configuration: {
        FunctionName: name,
        FunctionArn,
        RevisionId: this.#revision(),
        ...defaults,
        ...state,
        ...change.configuration,
      },
    });
    return FunctionArn;
  }

  removeFunction(name: string): void {
    this.functions.delete(name);
    this.removed += 1;
  }

  /** As somebody else's update: the revision is another one then. */
  change(name: string, change: Partial<FunctionConfiguration>): void {
    Object.assign(this.#function(name).configuration, change, { RevisionId: this.#revision() });
  }

  addMapping(UUID: string, change: Partial<EventSourceMappingConfiguration> = {}): string {
    const EventSourceMappingArn = `${prefix}:event-source-mapping:${UUID}`;
    const configuration = { UUID, EventSourceMappingArn, State: 'Enabled', BatchSize: 10, ...change };
    this.mappings.set(UUID, { configuration, tags: { inoculate: 'allow' } });
    return EventSourceMappingArn;
  }

  readonly service: FakeService = {
    GetFunction: ({ FunctionName }: Named) => {
      const { configuration, tags } = this.#function(FunctionName);
      return { Configuration: configuration, Tags: tags };
    },
    GetFunctionConfiguration: ({ FunctionName }: Named) => this.#function(FunctionName).configuration,
    GetPolicy: ({ FunctionName }: Named) => {
      const { policy } = this.#function(FunctionName);
      if (policy === undefined) throw notFound(`No policy on ${FunctionName}`);
      return { Policy: policy };
    },
    GetFunctionConcurrency: ({ FunctionName }: Named) => {
      const { reservedConcurrency } = this.#function(FunctionName);
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    PutFunctionConcurrency: (input: Named & { readonly ReservedConcurrentExecutions: number }) => {
      const { ReservedConcurrentExecutions } = input;
      this.#function(input.FunctionName).reservedConcurrency = ReservedConcurrentExecutions;
      return { ReservedConcurrentExecutions };
    },
    DeleteFunctionConcurrency: ({ FunctionName }: Named) => {
      delete this.#function(FunctionName).reservedConcurrency;
      return {};
    },
    ListAliases: ({ FunctionName }: Named) => ({ Aliases: this.#function(FunctionName).aliases ?? [] }),
    ListProvisionedConcurrencyConfigs: ({ FunctionName }: Named) => ({
      ProvisionedConcurrencyConfigs: this.#function(FunctionName).provisioned ?? [],
    }),
    UpdateFunctionConfiguration: (input: UpdateFunctionConfigurationRequest) => this.#update(input),
    ListEventSourceMappings: ({ FunctionName }: Named) => {
      const arn = this.#function(FunctionName).configuration.FunctionArn;
      const all = [...this.mappings.values()].map(({ configuration }) => configuration);
      return { EventSourceMappings: all.filter(({ FunctionArn }) => FunctionArn === arn) };
    },
    GetEventSourceMapping: ({ UUID }: { readonly UUID: string }) => this.#mapping(UUID).configuration,
    UpdateEventSourceMapping: ({ UUID = '', Enabled, BatchSize }: UpdateEventSourceMappingRequest) => {
      const { configuration } = this.#mapping(UUID);
      if (!['Enabled', 'Disabled'].includes(configuration.State ?? ''))
        throw new ResourceInUseException(thrown(400, `The mapping is ${configuration.State}`));
      if (Enabled !== undefined) configuration.State = Enabled ? 'Enabled' : 'Disabled';
      if (BatchSize !== undefined) configuration.BatchSize = BatchSize;
      return configuration;
    },
    ListTags: ({ Resource }: { readonly Resource: string }) => {
      const id = Resource.split(':').at(-1) ?? '';
      return { Tags: (this.mappings.get(id) ?? this.#function(id)).tags };
    },
  };

  #update({ FunctionName = '', RevisionId, ...change }: UpdateFunctionConfigurationRequest): unknown {
    const { configuration } = this.#function(FunctionName);
    if (RevisionId !== undefined && RevisionId !== configuration.RevisionId)
      throw new PreconditionFailedException(thrown(412, 'The RevisionId provided does not match'));
    if (configuration.LastUpdateStatus === 'InProgress')
      throw new ResourceConflictException(thrown(409, 'An update is in progress for resource'));
    if ((change.Timeout ?? 1) > 900) throw new InvalidParameterValueException(thrown(400, 'Timeout'));
    Object.assign(configuration, change, { RevisionId: this.#revision() });
    return configuration;
  }

  #revision(): string {
    this.#revisions += 1;
    return `revision-${this.#revisions}`;
  }

  #function(nameOrArn: string): FakeFunction {
    const found = this.functions.get(nameOrArn.split(':').at(-1) ?? '');
    if (found === undefined) throw notFound(`Function not found: ${nameOrArn}`);
    return found;
  }

  #mapping(id: string): FakeMapping {
    const found = this.mappings.get(id);
    if (found === undefined) throw notFound('The resource you requested does not exist.');
    return found;
  }
}

interface Named {
  readonly FunctionName: string;
}

function notFound(message: string): ResourceNotFoundException {
  return new ResourceNotFoundException({ ...thrown(404, message), Type: 'User' });
}
