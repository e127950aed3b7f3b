import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:lambda:{region}:{account}:function:{id}';

/** A function's timeout and memory, which Lambda changes with one call. */
export const lambdaConfiguration: Changer = {
  name: 'lambda-configuration',
  settleMs: 5_000,
  window:
    'What others change is never overwritten: Lambda takes our change only where the function still has the revision that was read (RevisionId).',
  undo: 'the earlier timeout and memory are set again',
  permissions: [
    {
      actions: ['lambda:GetFunctionConfiguration'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['lambda:ListAliases', 'lambda:ListProvisionedConcurrencyConfigs'],
      resource,
      during: ['capture'],
      changes: false,
      why: 'The change reaches $LATEST only, so traffic through aliases or versions is looked for.',
    },
    {
      actions: ['lambda:UpdateFunctionConfiguration'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
    },
  ],
  load: async (aws) => (await import('./lambda-configuration-effects.ts')).open(aws),
};
