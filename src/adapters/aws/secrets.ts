import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClients } from '../../aws/clients.ts';
import type { Clock } from '../../engine/ports.ts';

/** A secret that was changed is used after this. */
const keptMs = 5 * 60_000;

/** Where a team keeps secrets; `--param secrets=…` of the deployment. */
export type SecretsKeeper = 'ssm' | 'secretsmanager';

export interface SecretsPlace {
  readonly stage: string;
  readonly keeper: SecretsKeeper;
}

/** Reads a secret of this stage by the rest of its name; undefined where there is none. */
export type ReadSecret = (name: SlackSecret) => Promise<string | undefined>;

export type SlackSecret = 'slack/bot-token' | 'slack/signing-secret' | `slack/webhooks/${string}`;

/**
 * Secrets of the controller, kept in memory for a while. Those of Secrets Manager are read through SSM, which knows them
 * by a name of its own: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
 */
export function secretReader(aws: AwsClients, clock: Pick<Clock, 'now'>, place: SecretsPlace): ReadSecret {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  return async (name) => {
    const known = kept.get(name);
    if (known !== undefined && known.until > clock.now()) return known.value;
    const value = await readSecret(aws, place, name);
    if (value === undefined) kept.delete(name);
    else kept.set(name, { value, until: clock.now() + keptMs });
    return value;
  };
}

/** What SSM knows a secret by. */
export function secretParameter(keeper: SecretsKeeper, stage: string, name: SlackSecret): string {
  const path = `inoculate/${stage}/${name}`;
  return keeper === 'ssm' ? `/${path}` : `/aws/reference/secretsmanager/${path}`;
}

/** As it is now. Lines end with a line feed where they came out of a file: no secret of Slack's has white space at its ends. */
export async function readSecret(
  aws: AwsClients,
  { stage, keeper }: SecretsPlace,
  secret: SlackSecret,
): Promise<string | undefined> {
  const name = secretParameter(keeper, stage, secret);
  try {
    const { Parameter } = await aws
      .get(SSMClient)
      .send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    const value = Parameter?.Value?.trim();
    return value === '' ? undefined : value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}
