import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { productOf, readProduct } from '../shared/products.ts';
import type { Product } from '../shared/products.ts';
import { loadCatalogueMs } from './budgets.ts';
import { LastKnown } from './last-known.ts';
import { causeOf } from './log.ts';
import type { Log } from './log.ts';
import { isOutage } from './outage.ts';

/** A product, and whether it was read just now. */
export interface Listing {
  readonly product: Product;
  readonly confirmed: boolean;
}

export interface Catalogue {
  /** Looks a product up; undefined where there is none. Rejects where it can neither be read nor be remembered. */
  lookUp(sku: string, abortSignal: AbortSignal): Promise<Listing | undefined>;
}

export interface CatalogueTable {
  readonly table: string;
  /** For an order's reads. */
  readonly quick: DynamoDBClient;
  /** For loading the whole, for which nobody waits. */
  readonly patient: DynamoDBClient;
}

// A price or stock older than this is worth less than an honest error.
const maxAgeMs = 15 * 60_000;
const maxEntries = 2_000;
// One page: the catalogue is small, and what does not fit is known once it has been ordered.
const loadLimit = 500;
const reloadMs = 5 * 60_000;
/** After a load that failed or found nothing. */
const retryLoadMs = 2_000;

/**
 * The catalogue as checkout sees it. Each order reads its products, because stock changes; while the table is throttled
 * or slow, the last known product stands in, and the order says that its stock was not confirmed. Refusing every order
 * because a stock count could not be read would cost more than the few that are oversold.
 */
export function createCatalogue(tables: CatalogueTable, now: () => number, log: Log): Catalogue {
  const known = new LastKnown<Product>({ maxAgeMs, maxEntries, now });
  let loading = Promise.resolve();
  let loadAt = now();

  /** Loads the whole catalogue every now and then, so that products which are seldom ordered are known as well. */
  const keepLoaded = () => {
    if (now() < loadAt) return;
    loadAt = now() + retryLoadMs;
    loading = load(tables, known, log).then((complete) => {
      if (complete) loadAt = now() + reloadMs;
    });
  };
  // Starts while the sandbox does: one that first meets a throttled table would have nothing to fall back on.
  keepLoaded();

  return {
    async lookUp(sku, abortSignal) {
      keepLoaded();
      try {
        const product = await readProduct({ dynamodb: tables.quick, table: tables.table }, sku, abortSignal);
        if (product === undefined) {
          known.forget(sku);
          return undefined;
        }
        known.remember(sku, product);
        return { product, confirmed: true };
      } catch (error) {
        if (!isOutage(error)) throw error;
        if (known.recall(sku) === undefined) await loading;
        const product = known.recall(sku);
        if (product === undefined) throw error;
        log({ degraded: 'catalogue', what: `${sku} is taken as last known`, cause: causeOf(error) });
        return { product, confirmed: false };
      }
    },
  };
}

/** Whether anything was loaded. */
async function load(
  { table, patient }: CatalogueTable,
  known: LastKnown<Product>,
  log: Log,
): Promise<boolean> {
  try {
    const { Items = [] } = await patient.send(new ScanCommand({ TableName: table, Limit: loadLimit }), {
      abortSignal: AbortSignal.timeout(loadCatalogueMs),
    });
    for (const item of Items) {
      const product = productOf(item);
      known.remember(product.sku, product);
    }
    return Items.length > 0;
  } catch (error) {
    // Not fatal: orders read what they need, and the load is tried again soon.
    log({ degraded: 'catalogue', what: 'the catalogue was not loaded', cause: causeOf(error) });
    return false;
  }
}
