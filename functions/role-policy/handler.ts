import { AwsClients } from '../../src/aws/clients.ts';
import { rolePolicyService } from '../../src/faults/role-policy/serve.ts';

/** Puts policies that only deny on roles with the opt-in tag, and removes them; for lambda.dependency-denied alone. */
export const handler = rolePolicyService(new AwsClients({ maxAttempts: 3 }));
