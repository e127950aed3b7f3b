import type { Permission } from '../aws/permission.ts';
import type { TargetType } from '../core/facts.ts';

/** What finding a target of each type takes. The tags are read before it is known whether they allow anything. */
export const targetPermissions: { readonly [T in TargetType]?: readonly Permission[] } = {
  function: [
    {
      actions: ['lambda:GetFunction', 'lambda:GetPolicy'],
      resource: 'arn:{partition}:lambda:{region}:{account}:function:{id}',
      during: ['resolve'],
      changes: false,
    },
  ],
};
