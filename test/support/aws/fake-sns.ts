import { NotFoundException } from '@aws-sdk/client-sns';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

interface Addressed {
  readonly TopicArn: string;
}

/** Topics and their attributes. */
export class FakeSns {
  /** Attributes by ARN. */
  readonly topics = new Map<string, Record<string, string>>();
  readonly tags = new Map<string, Record<string, string>>();

  addTopic(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    const TopicArn = `arn:aws:sns:${fakeRegion}:${fakeAccount}:${name}`;
    this.topics.set(TopicArn, { TopicArn, DisplayName: '', ...attributes });
    this.tags.set(TopicArn, { inoculate: 'allow' });
    return TopicArn;
  }

  readonly service: FakeService = {
    GetTopicAttributes: ({ TopicArn }: Addressed) => ({ Attributes: this.#topic(TopicArn) }),
    SetTopicAttributes: (
      input: Addressed & { readonly AttributeName: string; readonly AttributeValue: string },
    ) => {
      this.#topic(input.TopicArn)[input.AttributeName] = input.AttributeValue;
      return {};
    },
    ListTagsForResource: ({ ResourceArn }: { readonly ResourceArn: string }) => {
      this.#topic(ResourceArn);
      return {
        Tags: Object.entries(this.tags.get(ResourceArn) ?? {}).map(([Key, Value]) => ({ Key, Value })),
      };
    },
  };

  #topic(arn: string): Record<string, string> {
    const found = this.topics.get(arn);
    if (found === undefined) throw new NotFoundException(thrown(404, 'Topic does not exist'));
    return found;
  }
}
