import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { BatchWriteItemCommandOutput, DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { TablesEnvironment } from './environment.ts';
import { currentRuleSet } from './pricing.ts';
import type { PriceRule } from './price.ts';
import { productItem } from './products.ts';
import type { Product } from './products.ts';

export const products: readonly Product[] = [
  { sku: 'mug', name: 'Mug', listPriceCents: 1290, inStock: 4000 },
  { sku: 'teapot', name: 'Teapot', listPriceCents: 3490, inStock: 900 },
  { sku: 'teapot-silver', name: 'Silver teapot', listPriceCents: 24_900, inStock: 3 },
  { sku: 'kettle', name: 'Kettle', listPriceCents: 4990, inStock: 600 },
  { sku: 'tea-green', name: 'Green tea, 100 g', listPriceCents: 890, inStock: 9000 },
  { sku: 'tea-black', name: 'Black tea, 100 g', listPriceCents: 790, inStock: 9000 },
  { sku: 'tea-herbal', name: 'Herbal tea, 80 g', listPriceCents: 690, inStock: 7000 },
  { sku: 'strainer', name: 'Strainer', listPriceCents: 590, inStock: 2500 },
  { sku: 'honey', name: 'Honey, 250 g', listPriceCents: 990, inStock: 3000 },
];

export const priceRules: readonly PriceRule[] = [
  { rule: 'three-or-more', minQuantity: 3, percentOff: 5 },
  { rule: 'ten-or-more', minQuantity: 10, percentOff: 12 },
];

const maxRounds = 5;

/** Writes the catalogue and the price rules; writing them again changes nothing. Invoked by hand after a deployment. */
export function createSeed(dynamodb: DynamoDBClient, { productsTable, priceRulesTable }: TablesEnvironment) {
  return async (): Promise<{ products: number; priceRules: number }> => {
    let pending: Record<string, WriteRequest[]> = {
      [productsTable]: products.map((product) => ({ PutRequest: { Item: productItem(product) } })),
      [priceRulesTable]: priceRules.map((rule) => ({
        PutRequest: {
          Item: {
            ruleSet: { S: currentRuleSet },
            rule: { S: rule.rule },
            minQuantity: { N: String(rule.minQuantity) },
            percentOff: { N: String(rule.percentOff) },
          },
        },
      })),
    };
    for (let round = 0; round < maxRounds; round += 1) {
      const written: BatchWriteItemCommandOutput = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: pending }),
      );
      pending = written.UnprocessedItems ?? {};
      if (Object.keys(pending).length === 0) {
        return { products: products.length, priceRules: priceRules.length };
      }
    }
    throw new Error(`After ${maxRounds} rounds DynamoDB still had not taken every item; run the seed again.`);
  };
}
