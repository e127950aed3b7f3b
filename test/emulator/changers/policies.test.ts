import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { s3Policy } from '../../../src/faults/changers/s3-policy.ts';
import { snsPolicy } from '../../../src/faults/changers/sns-policy.ts';
import { sqsPolicy } from '../../../src/faults/changers/sqs-policy.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { besides, targetOf } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Emulated, onEmulator, orNull, describeOnEmulator } from './emulated.ts';

const account = '000000000000';

interface Place {
  readonly target: Resource['target'];
  /** Null for a resource without policy, undefined for none. */
  read(): Promise<string | null | undefined>;
  set(policy: string | null): Promise<unknown>;
  remove(): Promise<unknown>;
}

const statement = (Sid: string, Resource: string) => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: '*',
  Resource,
});

async function resourceOf(emulated: Emulated, place: Place, hadPolicy: boolean): Promise<Resource> {
  const { target } = place;
  const policyOf = (...sids: string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: sids.map((sid) => statement(sid, target.arn)),
    });
  if (hadPolicy) await place.set(policyOf('Theirs', 'Other'));
  const added = async () => {
    const { Statement, ...rest } = JSON.parse((await place.read()) ?? policyOf()) as {
      readonly Statement: readonly { readonly Sid?: string }[];
    };
    const others = Statement.filter(({ Sid }) => Sid !== 'Late');
    await place.set(JSON.stringify({ ...rest, Statement: [...others, statement('Late', target.arn)] }));
  };
  const described = async () => {
    const policy = await place.read();
    return policy === undefined ? null : { policy: policy?.replaceAll(target.arn, 'ARN') ?? null };
  };
  return {
    target,
    process: () => emulated.process(),
    describe: described,
    others: {
      'another statement': { ...besides(() => undefined), make: added },
      'another policy': {
        ...besides(() => undefined),
        make: async () => void (await place.set(policyOf('New'))),
      },
    },
    remove: async () => void (await place.remove()),
  };
}

async function queue(emulated: Emulated, hadPolicy: boolean): Promise<Resource> {
  const { sqs } = emulated.clients;
  const QueueName = emulated.name();
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const arn = `arn:aws:sqs:${emulated.region}:${account}:${QueueName}`;
  return resourceOf(
    emulated,
    {
      target: targetOf('queue', QueueUrl ?? '', arn),
      async read() {
        const asked = sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
        const found = await orNull(asked, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue');
        return found === null ? undefined : (found.Attributes?.['Policy'] ?? null);
      },
      set: (policy) =>
        sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy ?? '' } })),
      remove: () => sqs.send(new DeleteQueueCommand({ QueueUrl })),
    },
    hadPolicy,
  );
}

async function topic(emulated: Emulated): Promise<Resource> {
  const { sns } = emulated.clients;
  const Name = emulated.name();
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  const place: Place = {
    target: targetOf('topic', Name, TopicArn),
    async read() {
      const found = await orNull(sns.send(new GetTopicAttributesCommand({ TopicArn })), 'NotFoundException');
      return found === null ? undefined : (found.Attributes?.['Policy'] ?? null);
    },
    set: (policy) =>
      sns.send(
        new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: policy ?? '' }),
      ),
    remove: () => sns.send(new DeleteTopicCommand({ TopicArn })),
  };
  // The policy that it was made with.
  return resourceOf(emulated, place, false);
}

async function bucket(emulated: Emulated, hadPolicy: boolean): Promise<Resource> {
  const { s3 } = emulated.clients;
  const Bucket = emulated.name();
  await s3.send(new CreateBucketCommand({ Bucket }));
  return resourceOf(
    emulated,
    {
      target: targetOf('bucket', Bucket, `arn:aws:s3:::${Bucket}`),
      async read() {
        try {
          return (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
        } catch (error) {
          const { name } = error as Error;
          if (name === 'NoSuchBucketPolicy') return null;
          if (name === 'NoSuchBucket') return undefined;
          throw error;
        }
      },
      set: (Policy) =>
        Policy === null
          ? s3.send(new DeleteBucketPolicyCommand({ Bucket }))
          : s3.send(new PutBucketPolicyCommand({ Bucket, Policy })),
      remove: () => s3.send(new DeleteBucketCommand({ Bucket })),
    },
    hadPolicy,
  );
}

const onQueues = { changer: sqsPolicy, faults: [{ kind: 'sqs.deny', target: 'checkout' }] } as const;
const onTopics = { changer: snsPolicy, faults: [{ kind: 'sns.deny', target: 'checkout' }] } as const;
const onBuckets = { changer: s3Policy, faults: [{ kind: 's3.deny', target: 'checkout' }] } as const;
const options = { histories: 10 };

describeWithEmulator('policies of resources, as the emulator has them', () => {
  for (const hadPolicy of [false, true]) {
    const before = hadPolicy ? 'with a policy' : 'without a policy';
    describeOnEmulator(`queue ${before}`, () => onEmulator(onQueues, (on) => queue(on, hadPolicy)), options);
    describeOnEmulator(
      `bucket ${before}`,
      () => onEmulator(onBuckets, (on) => bucket(on, hadPolicy)),
      options,
    );
  }
  describeOnEmulator('topic', () => onEmulator(onTopics, topic), options);
});
