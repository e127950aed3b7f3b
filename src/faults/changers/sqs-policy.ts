import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:sqs:{region}:{account}:{id}';

/** Our statements in a queue's policy. */
export const sqsPolicy: Changer = {
  name: 'sqs-policy',
  // "The change can take up to 60 seconds for most of the attributes to propagate" (SetQueueAttributes).
  settleMs: 60_000,
  window:
    'SQS takes policies as a whole and knows no condition: what somebody else changes in the policy between our read and our write, less than a second, is overwritten, and so is what SQS does not show yet, for up to a minute.',
  undo: 'our statement is cut out of the policy, and every other one stays as it is; no policy is left where there was none',
  permissions: [
    {
      actions: ['sqs:GetQueueAttributes'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['sqs:SetQueueAttributes'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
    },
  ],
  load: async (aws) => (await import('./sqs-policy-effects.ts')).open(aws),
};
