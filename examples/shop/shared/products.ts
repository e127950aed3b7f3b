import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly listPriceCents: number;
  /** As of the last stock count; the warehouse reserves when it packs. */
  readonly inStock: number;
}

export interface ProductTable {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
}

/** Reads one product; undefined where there is none. Rejects with the SDK's error, or when the signal aborts. */
export async function readProduct(
  { dynamodb, table }: ProductTable,
  sku: string,
  abortSignal?: AbortSignal,
): Promise<Product | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: { sku: { S: sku } } });
  const { Item } = await dynamodb.send(command, abortSignal === undefined ? {} : { abortSignal });
  return Item === undefined ? undefined : productOf(Item);
}

/** A product from its item. Throws where the item is not a product: the table is then not what it should be. */
export function productOf(item: Record<string, AttributeValue>): Product {
  const sku = item['sku']?.S;
  const name = item['name']?.S;
  const listPriceCents = Number(item['listPriceCents']?.N);
  const inStock = Number(item['inStock']?.N);
  if (sku === undefined || name === undefined || Number.isNaN(listPriceCents) || Number.isNaN(inStock)) {
    throw new Error(
      `Not a product: ${JSON.stringify(item)}. Expected sku, name, listPriceCents and inStock.`,
    );
  }
  return { sku, name, listPriceCents, inStock };
}

/** The item of a product. */
export function productItem(product: Product): Record<string, AttributeValue> {
  return {
    sku: { S: product.sku },
    name: { S: product.name },
    listPriceCents: { N: String(product.listPriceCents) },
    inStock: { N: String(product.inStock) },
  };
}
