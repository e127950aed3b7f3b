import { s3Policy } from './changers/s3-policy.ts';
import { deniedTo, listed } from './denied.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const s3Deny: ControlPlaneFaultModule<'s3.deny'> = {
  explain: ({ target, operations = ['GetObject'], prefix, roles }) =>
    `${listed(operations)} on bucket ${target}${prefix === undefined ? '' : `, below ${prefix},`} ${deniedTo(roles)}`,
  losesData: ({ operations = ['GetObject'] }) =>
    operations.includes('PutObject')
      ? 'objects are lost whose writers do not keep them and try again, as logs that AWS services deliver'
      : null,
  changer: s3Policy,
};
