import { askPricing } from '../shared/ask-pricing.ts';
import type { PricingFunction } from '../shared/ask-pricing.ts';
import type { PriceSource } from '../shared/orders.ts';
import type { PriceLine } from '../shared/price.ts';
import { LastKnown } from './last-known.ts';
import { causeOf } from './log.ts';
import type { Log } from './log.ts';
import { isOutage } from './outage.ts';

export interface Quote {
  readonly totalCents: number;
  readonly source: PriceSource;
}

export interface Prices {
  /** The price of some lines. Rejects only where our own side is at fault. */
  quote(lines: readonly PriceLine[], abortSignal: AbortSignal): Promise<Quote>;
}

const maxAgeMs = 60 * 60_000;
const maxEntries = 5_000;

/**
 * Prices, with a way out while pricing is slow or failing: what it last said for the same line, else the catalogue's
 * price without discounts. Either may be a little off; the order keeps the source, so that the shop can settle the
 * difference. Turning every customer away over a discount would cost it more.
 */
export function createPrices(pricing: PricingFunction, now: () => number, log: Log): Prices {
  const known = new LastKnown<number>({ maxAgeMs, maxEntries, now });

  return {
    async quote(lines, abortSignal) {
      try {
        const price = await askPricing(pricing, { lines }, abortSignal);
        for (const line of lines) {
          const unitPriceCents = price.lines.find(({ sku }) => sku === line.sku)?.unitPriceCents;
          if (unitPriceCents !== undefined) known.remember(keyOf(line), unitPriceCents);
        }
        return { totalCents: price.totalCents, source: 'pricing' };
      } catch (error) {
        if (!isOutage(error)) throw error;
        const quote = fallBack(lines, known);
        log({
          degraded: 'pricing',
          what: quote.source === 'list' ? 'the list price is taken' : 'the last known price is taken',
          cause: causeOf(error),
        });
        return quote;
      }
    },
  };
}

function fallBack(lines: readonly PriceLine[], known: LastKnown<number>): Quote {
  let totalCents = 0;
  let source: PriceSource = 'last-known';
  for (const line of lines) {
    const unitPriceCents = known.recall(keyOf(line));
    if (unitPriceCents === undefined) source = 'list';
    totalCents += line.quantity * (unitPriceCents ?? line.listPriceCents);
  }
  return { totalCents, source };
}

// Discounts depend on the quantity, and a new list price makes an old answer void.
function keyOf({ sku, quantity, listPriceCents }: PriceLine): string {
  return `${sku}*${quantity}@${listPriceCents}`;
}
