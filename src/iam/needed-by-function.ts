import { type Place, fillIn } from './fill-in.ts';
import type { ControllerFunctionName } from './functions.ts';
import type { PolicyStatement } from './policy.ts';
import { controllerRoles } from './roles.ts';

/**
 * What the role of a deployed function must allow. Rights on what `custom.inoculate.allowed` lists, and on the stage that
 * `custom.inoculate.heldOn` names, are left out: which of them are wanted stands in the service's own file.
 */
export function neededByFunction(
  name: ControllerFunctionName,
  place: Place,
  { rolePolicies = false }: { readonly rolePolicies?: boolean } = {},
): readonly PolicyStatement[] {
  const role = Object.values(controllerRoles()).find((one) => one.name === name);
  if (role === undefined) throw new Error(`The controller has no function ${name}`);
  const wanted = role.statements.flatMap(({ onlyIf, Resource, ...statement }) =>
    statement.Effect === 'Deny' ||
    'allowed' in Resource ||
    (onlyIf === 'rolePolicies' && !rolePolicies) ||
    onlyIf === 'heldOn'
      ? []
      : [{ ...statement, Resource }],
  );
  return fillIn(wanted, place);
}
