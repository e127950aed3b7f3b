import type { Changer } from '../module.ts';

/** The throughput of a table and its indexes, and whether it is scaled. */
export const tableThroughput: Changer = {
  name: 'table-throughput',
  // DynamoDB works on an update for some seconds to minutes, and tells so; asked more often it would only be in the way.
  settleMs: 30_000,
  window:
    'Neither DynamoDB nor Application Auto Scaling has a condition on throughput: a change of the same table or index by somebody else between our read and our write, less than a second, is overwritten.',
  undo: 'the earlier throughput is set again, or the maximum removed where there was none; then auto scaling is resumed as it was',
  limits: [
    'DynamoDB lets bursts through, and keeps the maximum of an on-demand table only as well as it can. Where no call was throttled the run is inconclusive.',
    'A table may be lowered four times a day, and then once an hour: beyond that DynamoDB turns the fault away.',
    'Tables with replicas in other Regions are refused, and so is a capacity beyond the bounds of its scaling, which suspending would move.',
    'Who resumes the scaling, or puts the table on demand, under the fault lets AWS choose another capacity, which stays.',
  ],
  permissions: [
    {
      actions: ['dynamodb:DescribeTable'],
      resource: 'arn:{partition}:dynamodb:{region}:{account}:table/{id}',
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['dynamodb:UpdateTable'],
      resource: 'arn:{partition}:dynamodb:{region}:{account}:table/{id}',
      during: ['apply', 'revert'],
      changes: { tagEvaluated: false },
      why: 'DynamoDB evaluates tags only where attribute-based access control is switched on: the tables that may be changed must be named. Application Auto Scaling, too, asks for this right of whoever changes a scalable target.',
    },
    {
      actions: ['application-autoscaling:DescribeScalableTargets'],
      resource: '*',
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['application-autoscaling:ListTagsForResource'],
      resource: 'arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*',
      during: ['capture'],
      changes: false,
      why: 'Only where the table is scaled: the scalable targets must carry the opt-in tag as well.',
    },
    {
      actions: ['application-autoscaling:RegisterScalableTarget'],
      resource: 'arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*',
      during: ['apply', 'revert'],
      changes: { tagEvaluated: true },
      conditions: { StringEquals: { 'application-autoscaling:service-namespace': ['dynamodb'] } },
      why: 'Only where the table is scaled: scaling is suspended, or it would undo the fault.',
    },
  ],
  load: async (aws) => (await import('./table-throughput-effects.ts')).open(aws),
};
