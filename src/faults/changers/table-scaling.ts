import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../../aws/clients.ts';
import { isOptedIn } from '../../aws/opt-in.ts';
import { EffectError } from '../../engine/errors.ts';
import { type Dimension, dimensionsOf, nameOf, scaledAs } from './table-dimensions.ts';

const switches = [
  'DynamicScalingInSuspended',
  'DynamicScalingOutSuspended',
  'ScheduledScalingSuspended',
] as const;

/** A dimension that Application Auto Scaling scales. */
export interface Scaled {
  readonly dimension: Dimension;
  readonly target: ScalableTarget;
}

/** Auto scaling of a table with provisioned capacity. */
export class TableScaling {
  readonly #reader: ApplicationAutoScalingClient;
  readonly #writer: ApplicationAutoScalingClient;

  constructor(aws: AwsClients) {
    this.#reader = aws.get(ApplicationAutoScalingClient);
    this.#writer = aws.sendingOnce(ApplicationAutoScalingClient);
  }

  async read(table: TableDescription, abortSignal: AbortSignal): Promise<readonly Scaled[]> {
    const dimensions = dimensionsOf(table).map((dimension) => ({
      dimension,
      as: scaledAs(table.TableName ?? '', dimension),
    }));
    const ResourceIds = [...new Set(dimensions.map(({ as }) => as.ResourceId))];
    const targets: ScalableTarget[] = [];
    let next: string | undefined;
    do {
      const { ScalableTargets = [], NextToken } = await this.#reader.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb', ResourceIds, NextToken: next }),
        { abortSignal },
      );
      targets.push(...ScalableTargets);
      next = NextToken;
    } while (next !== undefined);
    return dimensions.flatMap(({ dimension, as }) => {
      const target = targets.find(
        ({ ResourceId, ScalableDimension }) =>
          ResourceId === as.ResourceId && ScalableDimension === as.ScalableDimension,
      );
      return target === undefined ? [] : [{ dimension, target }];
    });
  }

  /** Suspending would itself change a capacity that is beyond the bounds of its scaling. */
  async refuseUnsafe({ dimension, target }: Scaled, abortSignal: AbortSignal): Promise<void> {
    const { ScalableTargetARN, MinCapacity = 0, MaxCapacity = Infinity } = target;
    const what = `the scalable target of ${target.ResourceId}, ${dimension.access}s,`;
    const units = dimension.units ?? 0;
    if (units < MinCapacity || units > MaxCapacity)
      throw new EffectError(
        'beyond-scaling-bounds',
        `The capacity ${units} lies beyond the bounds of ${what} ${MinCapacity} to ${MaxCapacity}: touching it would change the capacity`,
        { unknown: false },
      );
    const { Tags = {} } = await this.#reader.send(
      new ListTagsForResourceCommand({ ResourceARN: ScalableTargetARN }),
      { abortSignal },
    );
    if (!isOptedIn(Tags))
      throw new EffectError(
        'not-opted-in',
        `Scaling would have to be suspended, and ${what} does not carry the tag inoculate: allow`,
        { unknown: false },
      );
  }

  /** Sets the switches that are named, and leaves the others as they are. */
  async write(
    { target }: Scaled,
    suspended: Readonly<Record<string, boolean>>,
    abortSignal: AbortSignal,
  ): Promise<void> {
    await this.#writer.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'dynamodb',
        ResourceId: target.ResourceId,
        ScalableDimension: target.ScalableDimension,
        SuspendedState: { ...switchesOf(target), ...suspended },
      }),
      { abortSignal },
    );
  }
}

/** Whether each kind of scaling is suspended. */
export function switchesOf({ SuspendedState }: ScalableTarget): Readonly<Record<string, boolean>> {
  return Object.fromEntries(switches.map((one) => [one, SuspendedState?.[one] ?? false]));
}

/** How a switch is named in undo records. */
export function switchName({ dimension }: Scaled, one: string): string {
  return `scaling/${nameOf(dimension)}/${one}`;
}
