import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:lambda:{region}:{account}:function:{id}';

/** A function's reserved concurrency. */
export const lambdaConcurrency: Changer = {
  name: 'lambda-concurrency',
  settleMs: 5_000,
  window:
    'Lambda has no condition on reserved concurrency: a change by somebody else between our read and our write, less than a second, is overwritten.',
  undo: 'the earlier reserved concurrency is set again, or removed where there was none',
  permissions: [
    {
      actions: ['lambda:GetFunctionConcurrency'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['lambda:PutFunctionConcurrency'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
    },
    {
      actions: ['lambda:DeleteFunctionConcurrency'],
      resource,
      during: ['revert'],
      changes: { tagEvaluated: true },
    },
  ],
  load: async (aws) => (await import('./lambda-concurrency-effects.ts')).open(aws),
};
