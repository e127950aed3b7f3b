import {
  GetHealthCheckCommand,
  ListTagsForResourceCommand,
  NoSuchHealthCheck,
  Route53Client,
} from '@aws-sdk/client-route-53';
import type { ResolvedTarget, TargetResolver } from './module.ts';

/** A Route 53 health check by its id. It belongs to no Region. */
export const healthCheckResolver: TargetResolver = {
  async resolve(target, { aws, partition, signal }): Promise<ResolvedTarget | null> {
    if (!('healthCheck' in target)) throw new Error(`Not a health check: ${JSON.stringify(target)}`);
    const id = target.healthCheck;
    const client = aws.get(Route53Client);
    const options = { abortSignal: signal };
    try {
      await client.send(new GetHealthCheckCommand({ HealthCheckId: id }), options);
      const { ResourceTagSet } = await client.send(
        new ListTagsForResourceCommand({ ResourceType: 'healthcheck', ResourceId: id }),
        options,
      );
      return {
        id,
        arn: `arn:${partition}:route53:::healthcheck/${id}`,
        tags: Object.fromEntries(
          (ResourceTagSet?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]),
        ),
      };
    } catch (error) {
      if (error instanceof NoSuchHealthCheck) return null;
      throw error;
    }
  },
};
