import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tablesEnvironment } from '../../shared/environment.ts';
import { createSeed } from '../../shared/seed.ts';

export const handler = createSeed(new DynamoDBClient(), tablesEnvironment(process.env));
