import type { AwsCall } from './watched-aws.ts';

/** IAM's name for a service, by the SDK's name of its client. */
const prefixes: Readonly<Record<string, string>> = {
  ApplicationAutoScaling: 'application-autoscaling',
  DynamoDB: 'dynamodb',
  EventBridge: 'events',
  Fis: 'fis',
  IAM: 'iam',
  Lambda: 'lambda',
  Route53: 'route53',
  S3: 's3',
  SNS: 'sns',
  SQS: 'sqs',
};

/** Where IAM has another name for the action. */
const renamed: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:HeadBucket': 's3:ListBucket',
};

/** The IAM action of a call. API Gateway's are the methods of its requests. */
export function iamActionOf({ service, action }: AwsCall): string {
  if (/^api ?gateway/i.test(service))
    return `apigateway:${action.startsWith('Get') ? 'GET' : action.startsWith('Update') ? 'PATCH' : action}`;
  const prefix = prefixes[service];
  if (prefix === undefined) throw new Error(`Nothing is known of IAM's name for ${service}`);
  return renamed[`${prefix}:${action}`] ?? `${prefix}:${action}`;
}
