import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';

// A limit on each attempt as well as on the whole: one that hangs must leave time for another.
const timeouts = (requestTimeout: number) => ({
  connectionTimeout: 150,
  requestTimeout,
  throwOnRequestTimeout: true,
});

/** For reads that have a fallback: one more attempt, for the odd lost connection. More would only heat a full table. */
export const quickClient = () => new DynamoDBClient({ maxAttempts: 2, requestHandler: timeouts(200) });

/** For what has no fallback, or is in nobody's way: as many attempts as its budget allows. Its writes may be repeated. */
export const patientClient = () => new DynamoDBClient({ maxAttempts: 8, requestHandler: timeouts(700) });

/** For pricing, which has a fallback. The request's limit leaves room for a cold start of pricing, but not for two. */
export const pricingClient = () => new LambdaClient({ maxAttempts: 2, requestHandler: timeouts(350) });
