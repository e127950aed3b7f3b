import { checkoutEnvironment } from '../../shared/environment.ts';
import { createCapture } from '../capture.ts';
import { writesClient } from '../clients.ts';
import { logLine } from '../log.ts';

const { ordersTable, paymentsUrl } = checkoutEnvironment(process.env);

export const handler = createCapture({ dynamodb: writesClient(), table: ordersTable }, paymentsUrl, logLine);
