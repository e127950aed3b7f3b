import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { checkoutEnvironment } from '../../shared/environment.ts';
import { createCheckout } from '../checkout.ts';

// Clients as the SDK makes them: a few attempts with back-off, and no time limit on any of them.
export const handler = createCheckout({
  environment: checkoutEnvironment(process.env),
  dynamodb: new DynamoDBClient(),
  lambda: new LambdaClient(),
  now: Date.now,
});
