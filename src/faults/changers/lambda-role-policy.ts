import type { Changer } from '../module.ts';

const role = 'arn:{partition}:iam::{account}:role/*';

/** An inline policy of our own on a function's role. */
export const lambdaRolePolicy: Changer = {
  name: 'lambda-role-policy',
  // "Changes are not immediately visible to all AWS services" (IAM, eventual consistency), without a time.
  settleMs: 60_000,
  window:
    'The policy has a name of its own, so that nothing of others is ever overwritten. A role that functions of other Regions share is not noticed.',
  undo: 'the inline policy is removed from the role by its name',
  permissions: [
    {
      actions: ['lambda:GetFunctionConfiguration'],
      resource: 'arn:{partition}:lambda:{region}:{account}:function:{id}',
      during: ['capture', 'apply'],
      changes: false,
    },
    {
      actions: ['lambda:ListFunctions'],
      resource: '*',
      during: ['capture'],
      changes: false,
      why: 'A role that another function has, too, is refused.',
    },
    {
      actions: ['iam:GetRole', 'iam:GetRolePolicy'],
      resource: role,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
      why: 'Only the function inoculate-STAGE-role-policy has this right.',
    },
    {
      actions: ['iam:PutRolePolicy'],
      resource: role,
      during: ['apply'],
      changes: { tagEvaluated: true },
      why: 'IAM cannot limit it to policies that deny: the function inoculate-STAGE-role-policy does, which alone has this right.',
    },
    {
      actions: ['iam:DeleteRolePolicy'],
      resource: role,
      during: ['revert'],
      changes: { tagEvaluated: true },
      why: 'Only the function inoculate-STAGE-role-policy has this right.',
    },
  ],
  load: async (aws, own) =>
    (await import('./lambda-role-policy-effects.ts')).open(aws, own?.rolePolicy ?? ''),
};
