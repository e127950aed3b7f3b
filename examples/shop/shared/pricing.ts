import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { priceOf } from './price.ts';
import type { Price, PriceRequest, PriceRule } from './price.ts';

export interface PricingServices {
  readonly dynamodb: DynamoDBClient;
  readonly priceRulesTable: string;
}

/** The rules that hold now; a team that prepares a sale writes another set and switches the name. */
export const currentRuleSet = 'current';

/** The pricing function: reads the rules, computes the price. The same in both variants. */
export function createPricing({ dynamodb, priceRulesTable }: PricingServices) {
  return async (request: PriceRequest): Promise<Price> => {
    const { Items } = await dynamodb.send(
      new QueryCommand({
        TableName: priceRulesTable,
        KeyConditionExpression: '#set = :set',
        ExpressionAttributeNames: { '#set': 'ruleSet' },
        ExpressionAttributeValues: { ':set': { S: currentRuleSet } },
      }),
    );
    return priceOf(request.lines, (Items ?? []).map(ruleOf));
  };
}

function ruleOf(item: Record<string, AttributeValue>): PriceRule {
  const rule = item['rule']?.S;
  const minQuantity = Number(item['minQuantity']?.N);
  const percentOff = Number(item['percentOff']?.N);
  if (rule === undefined || Number.isNaN(minQuantity) || Number.isNaN(percentOff)) {
    throw new Error(`Not a price rule: ${JSON.stringify(item)}. Expected rule, minQuantity and percentOff.`);
  }
  return { rule, minQuantity, percentOff };
}
