import { s3Policy } from '../../../src/faults/changers/s3-policy.ts';
import { snsPolicy } from '../../../src/faults/changers/sns-policy.ts';
import { sqsPolicy } from '../../../src/faults/changers/sqs-policy.ts';
import type { Changer } from '../../../src/faults/module.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeS3 } from '../../support/aws/fake-s3.ts';
import { FakeSns } from '../../support/aws/fake-sns.ts';
import { FakeSqs } from '../../support/aws/fake-sqs.ts';
import type { Resource, Subject } from '../changer-bench.ts';
import { besides, present, targetOf } from './support.ts';

/** With white space, an unusual order and a number that JavaScript would write otherwise: all of it stays. */
export const policies = {
  list: `{ "Statement" : [
    {"Effect":"Allow", "Sid":"Theirs", "Principal":{"AWS":"*"}, "Action":"x:Do", "Resource":"*",
     "Condition":{"NumericLessThan":{"x:Age":1.50}}} , {"Sid":"Other","Effect":"Deny"}
  ], "Id":"a \\"policy\\"", "Version":"2008-10-17" }`,
  single: '{"Version":"2012-10-17", "Statement" : {"Effect":"Allow","Sid":"Alone"} }',
};

interface Place {
  readonly changer: Changer;
  readonly faults: Subject['faults'];
  make(name: string): Resource['target'];
  readonly aws: FakeAws;
  /** Null for a resource without policy, undefined for none. */
  policy(target: Resource['target']): string | null | undefined;
  set(target: Resource['target'], policy: string | null): void;
  remove(target: Resource['target']): void;
}

function subject(place: Place, before: string | null): Subject {
  let n = 0;
  return {
    changer: place.changer,
    faults: place.faults,
    make() {
      const target = place.make(`resource-${(n += 1)}`);
      place.set(target, before);
      const edit = (change: (policy: string | null) => string | null) => () =>
        place.set(target, change(present(place.policy(target))));
      return Promise.resolve({
        target,
        process: () => place.aws.clients(),
        describe: () => Promise.resolve(described(place.policy(target))),
        others: {
          'a statement before all others': besides(
            edit((policy) => withStatement(policy, 'Early', 'unshift')),
          ),
          'a statement after all others': besides(edit((policy) => withStatement(policy, 'Late', 'push'))),
          ...(before === null ? {} : { 'no policy': besides(edit(() => null)) }),
          'another policy': besides(edit(() => '{"Version":"2012-10-17","Statement":[{"Sid":"New"}]}')),
        },
        remove: () => Promise.resolve(place.remove(target)),
      });
    },
  };
}

function described(policy: string | null | undefined): { readonly policy: string | null } | null {
  return policy === undefined ? null : { policy };
}

interface Policy {
  Statement: object | object[];
}

/** As others do it, by a library: they parse and write the whole. */
function withStatement(policy: string | null, Sid: string, where: 'push' | 'unshift'): string {
  const value = JSON.parse(policy ?? '{"Version":"2012-10-17","Statement":[]}') as Policy;
  const statements = [value.Statement].flat();
  const known = statements.findIndex((one) => 'Sid' in one && one.Sid === Sid);
  if (known !== -1) statements.splice(known, 1);
  statements[where]({ Sid, Effect: 'Allow' });
  return JSON.stringify({ ...value, Statement: statements });
}

/** Two faults, and so two statements. */
export function queuePolicySubject(before: string | null): Subject {
  const sqs = new FakeSqs();
  return subject(
    {
      changer: sqsPolicy,
      faults: [
        { kind: 'sqs.deny', target: 'checkout' },
        { kind: 'sqs.deny', target: 'checkout', operations: ['ReceiveMessage'], roles: ['worker'] },
      ],
      aws: new FakeAws({ SQS: sqs.service }),
      make(name) {
        const { url, arn } = sqs.addQueue(name);
        return targetOf('queue', url, arn);
      },
      policy: ({ id }) => {
        const queue = sqs.queues.get(id);
        return queue === undefined ? undefined : (queue['Policy'] ?? null);
      },
      set({ id }, policy) {
        const { Policy: _, ...rest } = present(sqs.queues.get(id));
        sqs.queues.set(id, policy === null ? rest : { ...rest, Policy: policy });
      },
      remove: ({ id }) => void sqs.queues.delete(id),
    },
    before,
  );
}

export function topicPolicySubject(before: string): Subject {
  const sns = new FakeSns();
  const topic = (arn: string): Record<string, string> | undefined => sns.topics.get(arn);
  const place: Place = {
    changer: snsPolicy,
    faults: [{ kind: 'sns.deny', target: 'checkout' }],
    aws: new FakeAws({ SNS: sns.service }),
    make: (name) => targetOf('topic', name, sns.addTopic(name)),
    policy: ({ arn }) => topic(arn)?.['Policy'],
    set: ({ arn }, policy) => Object.assign(present(topic(arn)), { Policy: policy }),
    remove: ({ arn }) => void sns.topics.delete(arn),
  };
  const made = subject(place, before);
  return {
    ...made,
    async make() {
      const resource = await made.make();
      // SNS takes none away.
      const { 'no policy': _, ...others } = resource.others;
      return { ...resource, others };
    },
  };
}

export function bucketPolicySubject(before: string | null): Subject {
  const s3 = new FakeS3();
  const fault: ControlPlaneFault = {
    kind: 's3.deny',
    target: 'checkout',
    operations: ['GetObject', 'ListBucket'],
  };
  return subject(
    {
      changer: s3Policy,
      faults: [fault],
      aws: new FakeAws({ S3: s3.service }),
      make(name) {
        s3.addBucket(name);
        return targetOf('bucket', name, `arn:aws:s3:::${name}`);
      },
      policy: ({ id }) => {
        const bucket = s3.buckets.get(id);
        return bucket === undefined ? undefined : (bucket.policy ?? null);
      },
      set({ id }, policy) {
        const bucket = present(s3.buckets.get(id));
        if (policy === null) delete bucket.policy;
        else bucket.policy = policy;
      },
      remove: ({ id }) => void s3.buckets.delete(id),
    },
    before,
  );
}
