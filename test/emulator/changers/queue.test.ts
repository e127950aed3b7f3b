import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { sqsTiming } from '../../../src/faults/changers/sqs-timing.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { targetOf, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { besides, type Emulated, onEmulator, onSetting, orNull, describeOnEmulator } from './emulated.ts';

async function makeQueue(on: Emulated): Promise<Resource> {
  const { sqs } = on.clients;
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: on.name(), tags: { inoculate: 'allow' } }),
  );
  const read = () =>
    orNull(
      sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
      'QueueDoesNotExist',
    );
  const set = (Attributes: Partial<Record<QueueAttributeName, string>>) => () =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  return {
    target: targetOf('queue', QueueUrl, (await read())?.Attributes?.['QueueArn'] ?? ''),
    process: () => on.process(),
    describe: async () =>
      without((await read())?.Attributes, 'QueueArn', 'CreatedTimestamp', 'LastModifiedTimestamp'),
    others: {
      'another visibility timeout': onSetting(set({ VisibilityTimeout: '90' })),
      'another delay': onSetting(set({ DelaySeconds: '5' })),
      'another retention': besides(set({ MessageRetentionPeriod: '600' })),
    },
    remove: async () => void (await sqs.send(new DeleteQueueCommand({ QueueUrl }))),
  };
}

describeWithEmulator('queues, as the emulator has them', () => {
  const timing = {
    changer: sqsTiming,
    faults: [{ kind: 'sqs.visibility', target: 'checkout', visibilityTimeout: 1_000, delay: 60_000 }],
  } as const;
  describeOnEmulator('timing', () => onEmulator(timing, makeQueue), { histories: 10 });
});
