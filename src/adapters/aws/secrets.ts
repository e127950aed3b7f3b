import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClients } from '../../aws/clients.ts';
import type { Clock } from '../../engine/ports.ts';

/** A secret that was changed is used after this. */
const keptMs = 5 * 60_000;

/** Secrets in SSM parameters, kept in memory for a while; undefined where there is no such parameter. */
export function secretReader(
  aws: AwsClients,
  clock: Pick<Clock, 'now'>,
): (parameter: string) => Promise<string | undefined> {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  return async (parameter) => {
    const known = kept.get(parameter);
    if (known !== undefined && known.until > clock.now()) return known.value;
    try {
      const { Parameter } = await aws
        .get(SSMClient)
        .send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));
      const value = Parameter?.Value;
      if (value !== undefined) kept.set(parameter, { value, until: clock.now() + keptMs });
      return value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  };
}
