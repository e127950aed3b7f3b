import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  ListTagsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { foundElsewhere } from './elsewhere.ts';
import { mappingsOf, sourceNameOf } from './mappings.ts';
import type { ResolvedTarget, TargetResolver } from './module.ts';

/** An event source mapping, by what it reads and the function that it invokes. Its id is its UUID. */
export const eventSourceResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('eventSource' in target)) throw new Error(`Not an event source: ${JSON.stringify(target)}`);
    const { eventSource, consumer } = target;
    const elsewhere = foundElsewhere(consumer, context) ?? foundElsewhere(eventSource, context);
    if (elsewhere !== null) return elsewhere;
    try {
      const matches = (await mappingsOf(consumer, context)).filter((mapping) =>
        isNamed(mapping, eventSource),
      );
      const [mapping, another] = matches;
      if (another !== undefined)
        throw new Error(
          `${matches.length} event source mappings of ${consumer} read ${eventSource}. Name one by its UUID: ${matches.map(({ UUID }) => UUID).join(', ')}.`,
        );
      const { UUID, EventSourceMappingArn } = mapping ?? {};
      if (UUID === undefined || EventSourceMappingArn === undefined) return null;
      const { Tags } = await context.aws
        .get(LambdaClient)
        .send(new ListTagsCommand({ Resource: EventSourceMappingArn }), { abortSignal: context.signal });
      return { id: UUID, arn: EventSourceMappingArn, tags: Tags ?? {} };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  },
};

/** By its UUID, the source's ARN, or the source's name. */
function isNamed(mapping: EventSourceMappingConfiguration, source: string): boolean {
  return [mapping.UUID, mapping.EventSourceArn, sourceNameOf(mapping)].includes(source);
}
