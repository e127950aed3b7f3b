import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tablesEnvironment } from '../../shared/environment.ts';
import { createPricing } from '../../shared/pricing.ts';

export const handler = createPricing({
  dynamodb: new DynamoDBClient(),
  priceRulesTable: tablesEnvironment(process.env).priceRulesTable,
});
