export interface ChargeRequest {
  /** Also the idempotency key: charging an order again is the same charge. */
  readonly orderId: string;
  readonly customerId: string;
  readonly amountCents: number;
}

export type ChargeResult = 'paid' | 'declined';

/**
 * Charges an order at the payment host. Rejects with a `PaymentError` for every status but paid (201) and declined
 * (402), with a TypeError where the host cannot be reached, or when the signal aborts.
 */
export async function charge(
  paymentsUrl: string,
  request: ChargeRequest,
  abortSignal?: AbortSignal,
): Promise<ChargeResult> {
  const response = await fetch(new URL('/charges', paymentsUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': request.orderId },
    body: JSON.stringify(request),
    ...(abortSignal === undefined ? {} : { signal: abortSignal }),
  });
  // Reading the body to its end gives the connection back to the pool.
  const text = await response.text();
  if (response.status === 201) return 'paid';
  if (response.status === 402) return 'declined';
  throw new PaymentError(`The payment host answered ${response.status}: ${text.slice(0, 200)}`);
}

export class PaymentError extends Error {
  override readonly name = 'PaymentError';
}
