import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:events:{region}:{account}:rule/{id}';

/** Whether an EventBridge rule is enabled. */
export const eventBridgeRule: Changer = {
  name: 'eventbridge-rule',
  settleMs: 10_000,
  window:
    'EventBridge has no condition on rules: a change by somebody else between our read and our write, less than a second, is overwritten.',
  undo: 'the rule is enabled again; events that came meanwhile are not delivered later',
  permissions: [
    {
      actions: ['events:DescribeRule'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    { actions: ['events:DisableRule'], resource, during: ['apply'], changes: { tagEvaluated: true } },
    { actions: ['events:EnableRule'], resource, during: ['revert'], changes: { tagEvaluated: true } },
  ],
  load: async (aws) => (await import('./eventbridge-rule-effects.ts')).open(aws),
};
