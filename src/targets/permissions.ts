import type { Permission } from '../aws/permission.ts';
import type { TargetType } from '../core/facts.ts';

const resolving = { during: ['resolve'], changes: false } as const;

/** What the resolver of each type of target calls. Loads no AWS client. */
export const targetPermissions: { readonly [T in TargetType]?: readonly Permission[] } = {
  function: [
    {
      ...resolving,
      actions: ['lambda:GetFunction', 'lambda:GetPolicy', 'lambda:ListTags'],
      resource: 'arn:{partition}:lambda:{region}:{account}:function:{id}',
      why: 'GetFunction leaves the tags out for who may not list them.',
    },
    {
      ...resolving,
      actions: ['lambda:ListEventSourceMappings'],
      resource: '*',
      why: 'Whether AWS reads which records of a batch failed, where a fault lets some fail.',
    },
  ],
  'event-source': [
    { ...resolving, actions: ['lambda:ListEventSourceMappings'], resource: '*' },
    {
      ...resolving,
      actions: ['lambda:ListTags'],
      resource: 'arn:{partition}:lambda:{region}:{account}:event-source-mapping:{id}',
    },
  ],
  queue: [
    {
      ...resolving,
      actions: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:ListQueueTags'],
      resource: 'arn:{partition}:sqs:{region}:{account}:{id}',
    },
  ],
  topic: [
    {
      ...resolving,
      actions: ['sns:GetTopicAttributes', 'sns:ListTagsForResource'],
      resource: 'arn:{partition}:sns:{region}:{account}:{id}',
    },
  ],
  bucket: [
    {
      ...resolving,
      actions: ['s3:GetBucketLocation', 's3:GetBucketTagging'],
      resource: 'arn:{partition}:s3:::{id}',
    },
  ],
  rule: [
    {
      ...resolving,
      actions: ['events:DescribeRule', 'events:ListTagsForResource'],
      resource: 'arn:{partition}:events:{region}:{account}:rule/{id}',
    },
  ],
  table: [
    {
      ...resolving,
      actions: ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'],
      resource: 'arn:{partition}:dynamodb:{region}:{account}:table/{id}',
    },
  ],
  'api-stage': [
    {
      ...resolving,
      actions: ['apigateway:GET'],
      resource: 'arn:{partition}:apigateway:{region}::/restapis/{id}',
      why: 'Whether it is a REST API or an HTTP API is found by asking for both.',
    },
    {
      ...resolving,
      actions: ['apigateway:GET'],
      resource: 'arn:{partition}:apigateway:{region}::/apis/{id}',
    },
  ],
  'health-check': [
    {
      ...resolving,
      actions: ['route53:GetHealthCheck', 'route53:ListTagsForResource'],
      resource: 'arn:{partition}:route53:::healthcheck/{id}',
    },
  ],
  'fis-template': [
    {
      ...resolving,
      actions: ['fis:GetExperimentTemplate'],
      resource: 'arn:{partition}:fis:{region}:{account}:experiment-template/{id}',
    },
  ],
};
