import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:lambda:{region}:{account}:event-source-mapping:{id}';

/** Whether an event source mapping is enabled. */
export const lambdaEventSource: Changer = {
  name: 'lambda-event-source',
  settleMs: 5_000,
  window:
    'Lambda has no condition on event source mappings: a change by somebody else between our read and our write, less than a second, is overwritten.',
  undo: 'the event source mapping is enabled again; Lambda needs up to a minute until it reads',
  permissions: [
    {
      actions: ['lambda:GetEventSourceMapping'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['lambda:UpdateEventSourceMapping'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
      why: 'The opt-in tag counts on the mapping, which does not inherit those of its function.',
    },
  ],
  load: async (aws) => (await import('./lambda-event-source-effects.ts')).open(aws),
};
