import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:sqs:{region}:{account}:{id}';

/** A queue's visibility timeout and delivery delay. */
export const sqsTiming: Changer = {
  name: 'sqs-timing',
  // "The change can take up to 60 seconds for most of the attributes to propagate" (SetQueueAttributes).
  settleMs: 60_000,
  window:
    'SQS has no condition on attributes: a change of the same attribute by somebody else between our read and our write, less than a second, is overwritten.',
  undo: 'the earlier visibility timeout and delay are set again',
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
  load: async (aws) => (await import('./sqs-timing-effects.ts')).open(aws),
};
