import { formatDuration } from '../core/units.ts';
import { lambdaConfiguration } from './changers/lambda-configuration.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const lambdaTimeout: ControlPlaneFaultModule<'lambda.timeout'> = {
  explain: ({ target, timeout }) => `${target} times out after ${formatDuration(timeout)}`,
  losesData: (_fault, target) =>
    target?.type === 'function' && target.asynchronous === true
      ? 'asynchronous events whose invocations time out at every attempt are dropped or dead-lettered'
      : null,
  changer: lambdaConfiguration,
};
