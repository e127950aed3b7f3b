import type { ControllerFunctionName } from '../../../iam/functions.ts';
import { needsOf } from '../../../iam/needs.ts';
import { neededByFunction } from '../../../iam/needed-by-function.ts';
import type { PolicyStatement } from '../../../iam/policy.ts';
import type { Experiment } from '../../../generated/types.ts';
import { type Check, type Finding, ok, wrong } from './finding.ts';
import type { DeployedFunctions } from './functions.ts';
import type { KnownPlace } from './place.ts';
import { missingOf, type RoleReader } from './role-policies.ts';

/** They take runs from one end to the other, so they need everything that an experiment needs. */
const drivers: readonly ControllerFunctionName[] = ['tick', 'sweep'];

/** Whether the role of each function of the controller allows what its code calls. */
export function ownPermissions(
  functions: DeployedFunctions,
  roles: RoleReader,
  place: KnownPlace,
): readonly Check[] {
  return [...functions].flatMap(([name, configuration]): readonly Check[] =>
    configuration?.Role === undefined
      ? []
      : [
          {
            name: `role of ${name}`,
            look: () =>
              roleAllows(
                roles,
                configuration.Role ?? '',
                neededByFunction(name, place),
                `serverless deploy --stage ${place.stage} makes its role anew`,
              ),
          },
        ],
  );
}

/** Whether the controller's roles allow what one experiment needs: above all what no tag can protect. */
export function permissionsFor(
  experiment: Experiment,
  functions: DeployedFunctions,
  roles: RoleReader,
  place: KnownPlace,
): readonly Check[] {
  const { controller } = needsOf(experiment, place);
  return drivers.flatMap((name): readonly Check[] => {
    const role = functions.get(name)?.Role;
    return role === undefined
      ? []
      : [
          {
            name: `${name} for this experiment`,
            look: () =>
              roleAllows(
                roles,
                role,
                controller,
                'deploy the controller anew; tables, buckets and health checks must stand in custom.inoculate.allowed of its serverless.yml',
              ),
          },
        ];
  });
}

/** Names each action that the role does not allow. */
export async function roleAllows(
  roles: RoleReader,
  role: string,
  needed: readonly PolicyStatement[],
  help: string,
): Promise<readonly Finding[]> {
  const name = role.split('/').at(-1) ?? role;
  const missing = missingOf(needed, await roles.read(role));
  return missing.length === 0
    ? [ok(`${name} allows what is needed`)]
    : missing.map(({ message }) => wrong(`role ${name}: ${message}`, help));
}
