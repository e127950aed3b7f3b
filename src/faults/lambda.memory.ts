import { lambdaConfiguration } from './changers/lambda-configuration.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const lambdaMemory: ControlPlaneFaultModule<'lambda.memory'> = {
  explain: ({ target, memoryMb }) =>
    `${target} has ${memoryMb} MB of memory, and a share of a processor to match`,
  losesData: (_fault, target) =>
    target?.type === 'function' && target.asynchronous === true
      ? 'asynchronous events whose invocations run out of memory at every attempt are dropped or dead-lettered'
      : null,
  changer: lambdaConfiguration,
};
