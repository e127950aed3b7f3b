import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:sns:{region}:{account}:{id}';

/** Our statements in a topic's policy. */
export const snsPolicy: Changer = {
  name: 'sns-policy',
  // SNS says nothing of policies of topics; it is given the minute that SQS asks for.
  settleMs: 60_000,
  window:
    'SNS takes policies as a whole and knows no condition: what somebody else changes in the policy between our read and our write, less than a second, is overwritten.',
  undo: 'our statement is cut out of the policy, and every other one stays as it is',
  permissions: [
    {
      actions: ['sns:GetTopicAttributes'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['sns:SetTopicAttributes'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
    },
  ],
  load: async (aws) => (await import('./sns-policy-effects.ts')).open(aws),
};
