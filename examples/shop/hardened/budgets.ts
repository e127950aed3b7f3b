/**
 * How long checkout gives each of its steps, retries included. The sum stays under the function's timeout of 3 s, so
 * that whatever is slow, the function itself decides what the customer gets; a function that times out decides nothing.
 */
export const budgets = Object.freeze({
  readProductsMs: 300,
  askPricingMs: 400,
  placeOrderMs: 1_500,
  chargeMs: 400,
  settleOrderMs: 300,
});

/** Loading the whole catalogue: when a sandbox starts and every few minutes, beside the orders. */
export const loadCatalogueMs = 1_500;

/** One charge of the capture function, which nobody waits for. */
export const captureChargeMs = 3_000;
