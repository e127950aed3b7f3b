import { lambdaRolePolicy } from './changers/lambda-role-policy.ts';
import { listed } from './denied.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const lambdaDependencyDenied: ControlPlaneFaultModule<'lambda.dependency-denied'> = {
  explain: ({ target, actions, resources }) =>
    `${target} is denied ${listed(actions)}${resources === undefined ? '' : ` on ${listed(resources)}`}`,
  losesData: (_fault, target) =>
    target?.type === 'function' && target.asynchronous === true
      ? 'events that the function fails to handle in all of its attempts are dropped or dead-lettered'
      : null,
  changer: lambdaRolePolicy,
};
