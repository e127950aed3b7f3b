import {
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  NotFoundException,
  SNSClient,
} from '@aws-sdk/client-sns';
import { foundElsewhere } from './elsewhere.ts';
import type { ResolvedTarget, TargetResolver } from './module.ts';

/** A topic by its name or ARN. Its id is its name; SNS takes every call by its ARN. */
export const topicResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('topic' in target)) throw new Error(`Not a topic: ${JSON.stringify(target)}`);
    const elsewhere = foundElsewhere(target.topic, context);
    if (elsewhere !== null) return elsewhere;
    const { aws, account, partition, region, signal } = context;
    const id = target.topic.split(':').at(-1) ?? '';
    const arn = `arn:${partition}:sns:${region}:${account}:${id}`;
    const client = aws.get(SNSClient);
    const options = { abortSignal: signal };
    try {
      await client.send(new GetTopicAttributesCommand({ TopicArn: arn }), options);
      const { Tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }), options);
      return { id, arn, tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
    } catch (error) {
      if (error instanceof NotFoundException) return null;
      throw error;
    }
  },
};
