import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:s3:::{id}';

/** Our statements in a bucket's policy. */
export const s3Policy: Changer = {
  name: 's3-policy',
  // "Bucket configurations have an eventual consistency model" (S3), without a time.
  settleMs: 60_000,
  window:
    'S3 takes policies as a whole and knows no condition: what somebody else changes in the policy between our read and our write, less than a second, is overwritten.',
  undo: 'our statement is cut out of the policy, and every other one stays as it is; no policy is left where there was none',
  permissions: [
    {
      actions: ['s3:GetBucketPolicy'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['s3:PutBucketPolicy'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: false },
    },
    {
      actions: ['s3:DeleteBucketPolicy'],
      resource,
      during: ['revert'],
      changes: { tagEvaluated: false },
    },
  ],
  load: async (aws) => (await import('./s3-policy-effects.ts')).open(aws),
};
