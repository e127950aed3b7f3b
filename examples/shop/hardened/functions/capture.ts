import { checkoutEnvironment } from '../../shared/environment.ts';
import { createCapture } from '../capture.ts';
import { patientClient } from '../clients.ts';
import { logLine } from '../log.ts';

const { ordersTable, paymentsUrl } = checkoutEnvironment(process.env);

export const handler = createCapture({ dynamodb: patientClient(), table: ordersTable }, paymentsUrl, logLine);
