import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { ChangeContext, Effects } from '../module.ts';
import { httpStage } from './http-stage.ts';
import { restStage } from './rest-stage.ts';
import { settingEffects, type Settings } from './settings.ts';
import type { StageCalls } from './stage-calls.ts';

export function open(aws: AwsClients): Effects {
  const [rest, http] = [restStage(aws), httpStage(aws)];
  const of = ({ target }: ChangeContext): StageCalls => (target.arn.includes('::/restapis/') ? rest : http);
  return settingEffects({
    read: (context) => of(context).read(context),
    wanted: (context, before) => lowered(context, before, of(context).cannotUnset),
    write: (context, settings, token) => of(context).write(context, settings, token),
  });
}

/** A limit below what the fault lets through stays; below zero there is none. */
function lowered({ faults, target }: ChangeContext, before: Settings, cannotUnset: string | null): Settings {
  const wanted = faults.flatMap((fault) => (fault.kind === 'apigateway.throttle' ? [fault] : []));
  const limits = {
    rateLimit: Math.min(...wanted.map(({ requestsPerSecond }) => requestsPerSecond)),
    burstLimit: Math.min(...wanted.map(({ requestsPerSecond, burst }) => burst ?? requestsPerSecond)),
  };
  const applied: Record<string, number> = {};
  for (const [key, limit] of Object.entries(limits)) {
    const now = before[key] ?? null;
    if (now === null && cannotUnset !== null)
      throw new EffectError('cannot-be-restored', `${target.id} has no ${key}. ${cannotUnset}`, {
        unknown: false,
      });
    if (typeof now !== 'number' || now < 0 || now > limit) applied[key] = limit;
  }
  return applied;
}
