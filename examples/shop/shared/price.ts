/** A discount on lines of at least a quantity. */
export interface PriceRule {
  readonly rule: string;
  readonly minQuantity: number;
  readonly percentOff: number;
}

export interface PriceLine {
  readonly sku: string;
  readonly quantity: number;
  readonly listPriceCents: number;
}

/** What checkout asks pricing. */
export interface PriceRequest {
  readonly lines: readonly PriceLine[];
}

/** What pricing answers. */
export interface Price {
  readonly totalCents: number;
  readonly lines: readonly { readonly sku: string; readonly unitPriceCents: number }[];
}

/** The price of some lines: of the rules that apply to a line, the best one for the customer. */
export function priceOf(lines: readonly PriceLine[], rules: readonly PriceRule[]): Price {
  const priced = lines.map((line) => {
    const percentOff = Math.max(
      0,
      ...rules.filter((rule) => line.quantity >= rule.minQuantity).map((rule) => rule.percentOff),
    );
    return {
      sku: line.sku,
      unitPriceCents: Math.round((line.listPriceCents * (100 - percentOff)) / 100),
      quantity: line.quantity,
    };
  });
  return {
    totalCents: priced.reduce((total, line) => total + line.quantity * line.unitPriceCents, 0),
    lines: priced.map(({ sku, unitPriceCents }) => ({ sku, unitPriceCents })),
  };
}

/** Whether a value is an answer of pricing. */
export function isPrice(value: unknown): value is Price {
  return (
    typeof value === 'object' &&
    value !== null &&
    'totalCents' in value &&
    typeof value.totalCents === 'number' &&
    'lines' in value &&
    Array.isArray(value.lines)
  );
}
