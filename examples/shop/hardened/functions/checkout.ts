import { checkoutEnvironment } from '../../shared/environment.ts';
import { createCheckout } from '../checkout.ts';
import { pricingClient, readsClient, writesClient } from '../clients.ts';
import { logLine } from '../log.ts';

export const handler = createCheckout({
  environment: checkoutEnvironment(process.env),
  reads: readsClient(),
  writes: writesClient(),
  lambda: pricingClient(),
  now: Date.now,
  log: logLine,
});
