import {
  type RegisterScalableTargetRequest,
  type ScalableTarget,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';
import type { FakeDynamoDb } from './fake-dynamodb.ts';

export interface FakeScalableTarget {
  target: ScalableTarget;
  tags: Record<string, string>;
}

/** Scalable targets of tables. Whoever registers one again, be it to suspend it, brings the capacity within its bounds. */
export class FakeAutoScaling {
  readonly targets: FakeScalableTarget[] = [];
  readonly #tables: FakeDynamoDb;

  constructor(tables: FakeDynamoDb) {
    this.#tables = tables;
  }

  add(ResourceId: string, ScalableDimension: ScalableTarget['ScalableDimension'], change: object = {}): void {
    const n = this.targets.length + 1;
    this.targets.push({
      target: {
        ServiceNamespace: 'dynamodb',
        ResourceId,
        ScalableDimension,
        MinCapacity: 5,
        MaxCapacity: 100,
        RoleARN: `arn:aws:iam::${fakeAccount}:role/scaling`,
        CreationTime: new Date(0),
        ScalableTargetARN: `arn:aws:application-autoscaling:${fakeRegion}:${fakeAccount}:scalable-target/${n}`,
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
        ...change,
      },
      tags: { inoculate: 'allow' },
    });
  }

  register(input: RegisterScalableTargetRequest): void {
    const found = this.targets.find(
      ({ target }) =>
        target.ResourceId === input.ResourceId && target.ScalableDimension === input.ScalableDimension,
    );
    if (found === undefined)
      throw new ValidationException(thrown(400, 'MinCapacity and MaxCapacity are required'));
    const { target } = found;
    if (input.SuspendedState !== undefined)
      target.SuspendedState = {
        DynamicScalingInSuspended: input.SuspendedState.DynamicScalingInSuspended ?? false,
        DynamicScalingOutSuspended: input.SuspendedState.DynamicScalingOutSuspended ?? false,
        ScheduledScalingSuspended: input.SuspendedState.ScheduledScalingSuspended ?? false,
      };
    target.MinCapacity = input.MinCapacity ?? target.MinCapacity;
    target.MaxCapacity = input.MaxCapacity ?? target.MaxCapacity;
    this.#bringWithinBounds(target);
  }

  #bringWithinBounds({
    ResourceId = '',
    ScalableDimension,
    MinCapacity = 0,
    MaxCapacity = 0,
  }: ScalableTarget) {
    const [, name = '', , IndexName] = ResourceId.split('/');
    const { description } = this.#tables.table(name);
    if (description.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return;
    const of =
      IndexName === undefined
        ? description
        : description.GlobalSecondaryIndexes?.find((index) => index.IndexName === IndexName);
    const units = ScalableDimension?.endsWith('ReadCapacityUnits')
      ? 'ReadCapacityUnits'
      : 'WriteCapacityUnits';
    const now = of?.ProvisionedThroughput?.[units];
    if (of === undefined || now === undefined) return;
    const within = Math.min(Math.max(now, MinCapacity), MaxCapacity);
    of.ProvisionedThroughput = { ...of.ProvisionedThroughput, [units]: within };
  }

  readonly service: FakeService = {
    DescribeScalableTargets: ({ ResourceIds = [] }: { readonly ResourceIds?: readonly string[] }) => ({
      ScalableTargets: this.targets
        .map(({ target }) => target)
        .filter(({ ResourceId = '' }) => ResourceIds.includes(ResourceId)),
    }),
    ListTagsForResource: ({ ResourceARN }: { readonly ResourceARN: string }) => ({
      Tags: this.targets.find(({ target }) => target.ScalableTargetARN === ResourceARN)?.tags ?? {},
    }),
    RegisterScalableTarget: (input: RegisterScalableTargetRequest) => {
      this.register(input);
      return {};
    },
  };
}
