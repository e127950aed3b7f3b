import { sqsTiming } from '../../../src/faults/changers/sqs-timing.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeSqs } from '../../support/aws/fake-sqs.ts';
import type { Subject } from '../changer-bench.ts';
import { besides, onSetting, present, targetOf, without } from './support.ts';

/** Both attributes, so that others may change one of them. */
export function queueTimingSubject(): Subject {
  const sqs = new FakeSqs();
  const aws = new FakeAws({ SQS: sqs.service });
  let n = 0;
  return {
    changer: sqsTiming,
    faults: [{ kind: 'sqs.visibility', target: 'checkout', visibilityTimeout: 1_000, delay: 60_000 }],
    make() {
      const { url, arn } = sqs.addQueue(`queue-${(n += 1)}`);
      const set = (change: object) => () => Object.assign(present(sqs.queues.get(url)), change);
      return Promise.resolve({
        target: targetOf('queue', url, arn),
        process: () => aws.clients(),
        describe: () => without(sqs.queues.get(url), 'QueueArn'),
        others: {
          'another visibility timeout': onSetting(set({ VisibilityTimeout: '90' })),
          'another delay': onSetting(set({ DelaySeconds: '5' })),
          'a policy': besides(set({ Policy: '{"Statement":[]}' })),
          'another retention': besides(set({ MessageRetentionPeriod: '60' })),
        },
        remove: () => Promise.resolve(void sqs.queues.delete(url)),
      });
    },
  };
}
