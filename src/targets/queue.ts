import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  QueueDoesNotExist,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { foundElsewhere } from './elsewhere.ts';
import type { ResolveContext, ResolvedTarget, TargetResolver } from './module.ts';

/** A queue by its name, URL or ARN. Its id is its URL, by which SQS takes every call. */
export const queueResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('queue' in target)) throw new Error(`Not a queue: ${JSON.stringify(target)}`);
    const elsewhere = foundElsewhere(target.queue, context);
    if (elsewhere !== null) return elsewhere;
    try {
      return await found(await urlOf(target.queue, context), context);
    } catch (error) {
      if (error instanceof QueueDoesNotExist) return null;
      throw error;
    }
  },
};

/** A URL is taken as it is: a queue of the same name in this account may be another one. */
async function urlOf(queue: string, { aws, signal }: ResolveContext): Promise<string> {
  if (queue.includes('://')) return queue;
  const { QueueUrl } = await aws
    .get(SQSClient)
    .send(new GetQueueUrlCommand({ QueueName: queue.split(':').at(-1) }), { abortSignal: signal });
  if (QueueUrl === undefined) throw new Error(`SQS gave no URL for queue ${queue}`);
  return QueueUrl;
}

async function found(QueueUrl: string, { aws, signal }: ResolveContext): Promise<ResolvedTarget> {
  const client = aws.get(SQSClient);
  const options = { abortSignal: signal };
  const [{ Attributes }, { Tags }] = await Promise.all([
    client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }), options),
    client.send(new ListQueueTagsCommand({ QueueUrl }), options),
  ]);
  const arn = Attributes?.['QueueArn'];
  if (arn === undefined) throw new Error(`SQS gave no ARN for queue ${QueueUrl}`);
  return { id: QueueUrl, arn, tags: Tags ?? {} };
}
