import type { Call } from '../support/iam/arns.ts';

export const place = { partition: 'aws', region: 'eu-central-1', account: '123456789012' };

export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:eu-central-1:123456789012:${resource}`;

export const everyone = [
  'start',
  'requests',
  'tick',
  'sweep',
  'alarm',
  'stop',
  'deadman',
  'notify',
  'report',
  'approve',
  'slack',
  'slack-worker',
  'role-policy',
];
export const reverting = ['alarm', 'stop', 'deadman'];
export const changing = ['tick', 'sweep', ...reverting];
export const but = (...names: string[]): string[] => everyone.filter((name) => !names.includes(name));

export const control = 'inoculate-dev-control';
export const functions = 'inoculate-dev-functions';
export const reports = 'inoculate-dev-reports-123456789012-eu-central-1';
export const item = (TableName: string, pk: string): Call['input'] => ({
  TableName,
  Item: { pk: { S: pk } },
});
export const key = (TableName: string, pk: string): Call['input'] => ({
  TableName,
  Key: { pk: { S: pk }, sk: { S: 'x' } },
});
export const query = (TableName: string, pk: string): Call['input'] => ({
  TableName,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: pk } },
});
export const schedule = (GroupName: string, Name: string, RoleArn: string): Call['input'] => ({
  GroupName,
  Name,
  Target: { Arn: arn('lambda', 'function:inoculate-dev-start'), RoleArn },
});
export const schedulerRole = 'arn:aws:iam::123456789012:role/inoculate-dev-eu-central-1-scheduler';
export const adminRole = 'arn:aws:iam::123456789012:role/admin';
export const event = (Source: string, DetailType: string, EventBusName: string): Call['input'] => ({
  Entries: [{ Source, DetailType, EventBusName, Detail: '{}' }],
});

/** Why, for which functions, and the call. */
export type Listed = readonly [
  why: string,
  who: readonly string[],
  service: string,
  action: string,
  input: Call['input'],
];
