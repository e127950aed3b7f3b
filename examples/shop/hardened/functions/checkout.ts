import { checkoutEnvironment } from '../../shared/environment.ts';
import { createCheckout } from '../checkout.ts';
import { pricingClient, quickClient, patientClient } from '../clients.ts';
import { logLine } from '../log.ts';

export const handler = createCheckout({
  environment: checkoutEnvironment(process.env),
  quick: quickClient(),
  patient: patientClient(),
  lambda: pricingClient(),
  now: Date.now,
  log: logLine,
});
