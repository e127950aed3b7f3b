import type { AwsHost } from './aws-host.ts';

/**
 * How endpoints are called where that is not the name under which requests to the service are signed: from the endpoint
 * rules of the SDK's clients (DynamoDB's account-based endpoints, ECR, Kinesis, S3, SSO) and the services' own
 * documentation (databases, caches, function URLs). Every other service's endpoint has its signing name.
 */
const OTHER_NAMES: Readonly<Record<string, RegExp>> = {
  appsync: /^appsync(-realtime)?-api$/,
  awsssoportal: /^sso$/,
  dax: /^dax-clusters$/,
  docdb: /^docdb(-elastic)?$/,
  dynamodb: /^(ddb|search-ddb|search-dynamodb)$/,
  elasticache: /^cache$/,
  'kafka-cluster': /^kafka(-serverless)?$/,
  kinesis: /^(data|control)-kinesis$/,
  lambda: /^lambda-url$/,
  'neptune-db': /^neptune$/,
  s3: /^s3-(accelerate|accesspoint|control|global|website)$/,
  s3express: /^s3express-/,
  ses: /^email(-smtp)?$/,
  sqs: /^queue$/,
  'sso-oauth': /^oidc$/,
  states: /^sync-states$/,
};

/** Whether an endpoint belongs to the service that requests are signed for under this name. */
export function isOfService(host: AwsHost, service: string): boolean {
  return host.services.some((label) => {
    const name = label.replace(/-fips$/, '');
    return name === service || OTHER_NAMES[service]?.test(name) === true;
  });
}
