import { describeChanger } from './changer-contract.ts';
import {
  bucketPolicySubject,
  policies,
  queuePolicySubject,
  topicPolicySubject,
} from './subjects/policies.ts';
import { rolePolicySubject } from './subjects/role-policy.ts';

describeChanger('statements in a queue’s policy, where there was none', () => queuePolicySubject(null));
describeChanger('statements in a queue’s policy', () => queuePolicySubject(policies.list));
describeChanger('statements in a queue’s policy of one statement', () => queuePolicySubject(policies.single));
describeChanger('a statement in a topic’s policy', () => topicPolicySubject(policies.list));
describeChanger('a statement in a bucket’s policy, where there was none', () => bucketPolicySubject(null));
describeChanger('a statement in a bucket’s policy', () => bucketPolicySubject(policies.list));
describeChanger('an inline policy of a function’s role', () => rolePolicySubject());
