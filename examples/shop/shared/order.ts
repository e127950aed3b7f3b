import { bodyText } from './http.ts';
import type { HttpEvent } from './http.ts';

/** What a customer sends. The customer's side makes the id, so that sending an order again is the same order. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
}

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
}

export type ParsedOrder =
  { readonly ok: true; readonly order: Order } | { readonly ok: false; readonly problem: string };

const maxItems = 20;
const maxQuantity = 100;
const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads an order from the body of an HTTP event, or says what is wrong with it. */
export function parseOrder(event: HttpEvent): ParsedOrder {
  let body: unknown;
  try {
    body = JSON.parse(bodyText(event));
  } catch (error) {
    return problem(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(body)) return problem('The body must be a JSON object.');
  const { orderId, customerId, items } = body;
  if (!isId(orderId)) return problem('orderId must be 1 to 64 letters, digits, hyphens or underscores.');
  if (!isId(customerId))
    return problem('customerId must be 1 to 64 letters, digits, hyphens or underscores.');
  if (!Array.isArray(items) || items.length === 0 || items.length > maxItems) {
    return problem(`items must be a list of 1 to ${maxItems} items.`);
  }
  const parsed: OrderItem[] = [];
  for (const [index, item] of items.entries()) {
    if (!isRecord(item) || !isId(item['sku']) || !isQuantity(item['quantity'])) {
      return problem(
        `items[${index}] must be { sku, quantity } with a whole quantity from 1 to ${maxQuantity}.`,
      );
    }
    parsed.push({ sku: item['sku'], quantity: item['quantity'] });
  }
  if (new Set(parsed.map((item) => item.sku)).size < parsed.length) {
    return problem('items must name each sku once.');
  }
  return { ok: true, order: { orderId, customerId, items: parsed } };
}

function problem(text: string): ParsedOrder {
  return { ok: false, problem: text };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

function isQuantity(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxQuantity;
}
