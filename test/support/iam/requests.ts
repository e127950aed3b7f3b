import { isMapping } from '../../../src/core/schema-branch.ts';
import type { AccessRequest } from '../../../src/iam/policy.ts';
import { Arns, type Call, textOf, type World } from './arns.ts';
import { dynamoDbRequests } from './requests-dynamodb.ts';

/** The requests that AWS decides for a call. Throws for a call that is not known here: nothing slips through. */
export function requestsOf(call: Call, world: World): readonly AccessRequest[] {
  const service = Object.hasOwn(services, call.service) ? services[call.service] : undefined;
  const requests = service?.(call, new Arns(world), world);
  if (requests === undefined || requests.length === 0)
    throw new Error(
      `Nothing is known of what ${call.service} ${call.action} asks for: ${JSON.stringify(call.input)}`,
    );
  return requests;
}

type Service = (call: Call, arns: Arns, world: World) => readonly AccessRequest[];

const services: Readonly<Record<string, Service>> = {
  dynamodb: dynamoDbRequests,
  sqs: ({ action, input }, arns) => {
    const name = textOf(input, 'QueueUrl', 'QueueName').split('/').at(-1) ?? '';
    return [arns.tagged(`sqs:${action}`, arns.of('sqs', name))];
  },
  sns: ({ action, input }, arns) => [arns.tagged(`sns:${action}`, textOf(input, 'TopicArn', 'ResourceArn'))],
  events: eventsRequests,
  scheduler: ({ action, input }, arns) => [
    {
      action: `scheduler:${action}`,
      resource: arns.of(
        'scheduler',
        `schedule/${textOf(input, 'GroupName', 'groupName')}/${textOf(input, 'Name')}`,
      ),
      context: {},
    },
    ...passedRole(input, 'scheduler.amazonaws.com'),
  ],
  ssm: ({ action, input }, arns) => [
    arns.tagged(`ssm:${action}`, arns.of('ssm', `parameter/${textOf(input, 'Name').replace(/^\//, '')}`)),
  ],
  monitoring: ({ action }) => {
    // DescribeAlarms for composite alarms, and metrics, have no resource.
    return ['DescribeAlarms', 'GetMetricData'].includes(action)
      ? [{ action: `cloudwatch:${action}`, resource: '*', context: {} }]
      : [];
  },
  lambda: lambdaRequests,
  iam: ({ action, input }, arns) => [
    arns.tagged(`iam:${action}`, arns.global('iam', `role/${textOf(input, 'RoleName')}`, true)),
  ],
  s3: ({ action, input }, arns) => {
    const { Key } = input;
    const resource = arns.global(
      's3',
      `${textOf(input, 'Bucket')}${typeof Key === 'string' ? `/${Key}` : ''}`,
    );
    const known: Readonly<Record<string, string>> = { HeadBucket: 'ListBucket' };
    // Attribute-based control has to be switched on for each bucket: the tags decide nothing without that.
    return [{ action: `s3:${known[action] ?? action}`, resource, context: {} }];
  },
  route53: ({ action, input }, arns) => [
    {
      action: `route53:${action}`,
      resource: arns.global('route53', `healthcheck/${textOf(input, 'HealthCheckId', 'ResourceId')}`),
      context: {},
    },
  ],
  apigateway: apiGatewayRequests,
  'application-autoscaling': ({ action, input }, arns) => {
    if (action.startsWith('Describe'))
      return [{ action: `application-autoscaling:${action}`, resource: '*', context: {} }];
    const resource = arns.of('application-autoscaling', 'scalable-target/*');
    return [
      arns.tagged(`application-autoscaling:${action}`, resource, {
        'application-autoscaling:service-namespace': textOf(input, 'ServiceNamespace'),
        'application-autoscaling:scalable-dimension': textOf(input, 'ScalableDimension'),
      }),
    ];
  },
  tagging: ({ action }) => [{ action: `tag:${action}`, resource: '*', context: {} }],
  sts: ({ action }) =>
    action === 'GetCallerIdentity' ? [{ action: `sts:${action}`, resource: '*', context: {} }] : [],
};

/** Whoever gives a role to a service must be allowed to pass that role. */
function passedRole(input: Readonly<Record<string, unknown>>, service: string): readonly AccessRequest[] {
  const target = input['Target'];
  const role = isMapping(target) ? target['RoleArn'] : undefined;
  return typeof role === 'string'
    ? [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': service } }]
    : [];
}

function eventsRequests({ action, input }: Call, arns: Arns): readonly AccessRequest[] {
  if (action === 'ListEventBuses' || action === 'ListRules' || action === 'TestEventPattern')
    return [{ action: `events:${action}`, resource: '*', context: {} }];
  if (action === 'PutEvents')
    return entriesOf(input['Entries']).map((entry) => ({
      action: 'events:PutEvents',
      resource: arns.of('events', `event-bus/${nameOf(textOf(entry, 'EventBusName'))}`),
      context: {
        'events:source': textOf(entry, 'Source'),
        'events:detail-type': textOf(entry, 'DetailType'),
      },
    }));
  if (action === 'ListTagsForResource')
    return [arns.tagged(`events:${action}`, textOf(input, 'ResourceARN'))];
  const bus = nameOf(typeof input['EventBusName'] === 'string' ? input['EventBusName'] : 'default');
  const rule = textOf(input, 'Name', 'Rule');
  const resource = arns.of('events', `rule/${bus === 'default' ? '' : `${bus}/`}${rule}`);
  const targets = entriesOf(input['Targets']).map((target) => textOf(target, 'Arn'));
  return [
    arns.tagged(`events:${action}`, resource, action === 'PutTargets' ? { 'events:TargetArn': targets } : {}),
  ];
}

function lambdaRequests({ action, input }: Call, arns: Arns, world: World): readonly AccessRequest[] {
  // The names of some operations differ from those of their actions.
  const actions: Readonly<Record<string, string>> = {
    Invoke: 'InvokeFunction',
    ListFunctions: 'ListFunctions',
    ListEventSourceMappings: 'ListEventSourceMappings',
  };
  const name = `lambda:${actions[action] ?? action}`;
  if (action === 'ListFunctions' || action === 'ListEventSourceMappings')
    return [{ action: name, resource: '*', context: {} }];
  if (typeof input['UUID'] === 'string') {
    const { UUID } = input;
    const owner = world.functionOf?.(UUID);
    const context: Record<string, string> = owner === undefined ? {} : { 'lambda:FunctionArn': owner };
    return [arns.tagged(name, arns.of('lambda', `event-source-mapping:${UUID}`), context)];
  }
  if (typeof input['Resource'] === 'string') return [arns.tagged(name, input['Resource'])];
  const given = textOf(input, 'FunctionName');
  const named = given.startsWith('arn:') ? given.split(':').slice(6).join(':') : given;
  const qualifier = typeof input['Qualifier'] === 'string' ? `:${input['Qualifier']}` : '';
  return [arns.tagged(name, arns.of('lambda', `function:${named}${named.includes(':') ? '' : qualifier}`))];
}

/** API Gateway's actions are HTTP methods, and its resources paths. */
function apiGatewayRequests({ action, path = '' }: Call, arns: Arns, world: World): readonly AccessRequest[] {
  const verb = /^(Get|Update|Delete|Create|Put|Tag|Untag)/.exec(action)?.[1] ?? '';
  const methods: Readonly<Record<string, string>> = {
    Get: 'GET',
    Update: 'PATCH',
    Delete: 'DELETE',
    Create: 'POST',
    Put: 'PUT',
    Tag: 'PUT',
    Untag: 'DELETE',
  };
  const method = methods[verb];
  const resource = `arn:${world.partition}:apigateway:${world.region}::${path.replace(/^\/v2/, '')}`;
  return method === undefined ? [] : [arns.tagged(`apigateway:${method}`, resource)];
}

function entriesOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isMapping) : [];
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.split('/').at(-1) ?? nameOrArn;
}
