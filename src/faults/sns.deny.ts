import { snsPolicy } from './changers/sns-policy.ts';
import { deniedTo, listed } from './denied.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const snsDeny: ControlPlaneFaultModule<'sns.deny'> = {
  explain: ({ target, operations = ['Publish'], roles }) =>
    `${listed(operations)} on topic ${target} ${deniedTo(roles)}`,
  losesData: ({ operations = ['Publish'] }) =>
    operations.includes('Publish')
      ? 'messages are lost whose publishers do not keep them and try again, as many AWS services do not'
      : null,
  changer: snsPolicy,
};
