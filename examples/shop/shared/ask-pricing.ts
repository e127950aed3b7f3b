import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { isPrice } from './price.ts';
import type { Price, PriceRequest } from './price.ts';

export interface PricingFunction {
  readonly lambda: LambdaClient;
  readonly functionName: string;
}

/**
 * Asks the pricing function for a price. Rejects with the SDK's error where it cannot be invoked, with a
 * `PricingError` where it fails or answers something else, or when the signal aborts.
 */
export async function askPricing(
  { lambda, functionName }: PricingFunction,
  request: PriceRequest,
  abortSignal?: AbortSignal,
): Promise<Price> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
    abortSignal === undefined ? {} : { abortSignal },
  );
  const text = Buffer.from(Payload ?? []).toString('utf8');
  if (FunctionError !== undefined)
    throw new PricingError(`${functionName} failed (${FunctionError}): ${text}`);
  const price: unknown = JSON.parse(text);
  if (!isPrice(price)) throw new PricingError(`${functionName} did not answer a price: ${text}`);
  return price;
}

export class PricingError extends Error {
  override readonly name = 'PricingError';
}
