import {
  GetHealthCheckCommand,
  NoSuchHealthCheck,
  Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { ChangeContext, Effects } from '../module.ts';
import { settingEffects } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(Route53Client);
  const writer = aws.sendingOnce(Route53Client);
  const find = async ({ target, signal }: ChangeContext) => {
    try {
      const { HealthCheck } = await reader.send(new GetHealthCheckCommand({ HealthCheckId: target.id }), {
        abortSignal: signal,
      });
      return HealthCheck ?? null;
    } catch (error) {
      if (error instanceof NoSuchHealthCheck) return null;
      throw error;
    }
  };
  return settingEffects({
    async read(context) {
      const found = await find(context);
      if (found === null) return 'absent';
      return {
        settings: { inverted: found.HealthCheckConfig?.Inverted ?? false },
        token: String(found.HealthCheckVersion),
      };
    },
    async wanted(context, { inverted }) {
      const owner = (await find(context))?.LinkedService?.ServicePrincipal;
      if (owner !== undefined)
        throw new EffectError(
          'managed-by-aws',
          `Health check ${context.target.id} belongs to ${owner}, which alone may change it`,
          { unknown: false },
        );
      return { inverted: inverted !== true };
    },
    async write({ target, signal }, { inverted }, token) {
      await writer.send(
        new UpdateHealthCheckCommand({
          HealthCheckId: target.id,
          HealthCheckVersion: Number(token),
          Inverted: inverted === true,
        }),
        { abortSignal: signal },
      );
    },
  });
}
