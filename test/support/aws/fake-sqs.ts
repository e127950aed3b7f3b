import { InvalidAttributeValue, QueueDoesNotExist } from '@aws-sdk/client-sqs';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

interface Addressed {
  readonly QueueUrl: string;
}

/** Queues and their attributes. An empty policy removes it, as SQS does. */
export class FakeSqs {
  /** Attributes by URL. */
  readonly queues = new Map<string, Record<string, string>>();
  readonly tags = new Map<string, Record<string, string>>();

  addQueue(name: string, attributes: Readonly<Record<string, string>> = {}): { url: string; arn: string } {
    const url = `https://sqs.${fakeRegion}.amazonaws.com/${fakeAccount}/${name}`;
    const arn = `arn:aws:sqs:${fakeRegion}:${fakeAccount}:${name}`;
    this.queues.set(url, {
      QueueArn: arn,
      VisibilityTimeout: '30',
      DelaySeconds: '0',
      MessageRetentionPeriod: '345600',
      ...attributes,
    });
    this.tags.set(url, { inoculate: 'allow' });
    return { url, arn };
  }

  readonly service: FakeService = {
    GetQueueUrl: ({ QueueName }: { readonly QueueName: string }) => {
      const QueueUrl = [...this.queues.keys()].find((url) => url.endsWith(`/${QueueName}`));
      if (QueueUrl === undefined) throw missing();
      return { QueueUrl };
    },
    GetQueueAttributes: ({ QueueUrl, AttributeNames }: Addressed & { readonly AttributeNames: string[] }) => {
      const all = Object.entries(this.#queue(QueueUrl));
      const named = all.filter(([name]) => AttributeNames.includes('All') || AttributeNames.includes(name));
      // SQS leaves out the map where nothing is in it.
      return named.length === 0 ? {} : { Attributes: Object.fromEntries(named) };
    },
    SetQueueAttributes: ({
      QueueUrl,
      Attributes,
    }: Addressed & { readonly Attributes: Record<string, string> }) => {
      const queue = this.#queue(QueueUrl);
      if (Number(Attributes['VisibilityTimeout'] ?? 0) > 43_200)
        throw new InvalidAttributeValue(thrown(400, 'Invalid value for the parameter VisibilityTimeout.'));
      for (const [name, value] of Object.entries(Attributes))
        if (value === '') delete queue[name];
        else queue[name] = value;
      return {};
    },
    ListQueueTags: ({ QueueUrl }: Addressed) => {
      this.#queue(QueueUrl);
      return { Tags: this.tags.get(QueueUrl) };
    },
  };

  #queue(url: string): Record<string, string> {
    const found = this.queues.get(url);
    if (found === undefined) throw missing();
    return found;
  }
}

function missing(): QueueDoesNotExist {
  return new QueueDoesNotExist(thrown(400, 'The specified queue does not exist.'));
}
