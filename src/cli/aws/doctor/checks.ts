import type { Experiment } from '../../../generated/types.ts';
import type { Remote } from '../remote.ts';
import { alarmChecks } from './alarms.ts';
import { type Check, findingsOf, type NamedFinding } from './finding.ts';
import { type DeployedFunctions, deployedFunctions, lookAtFunctions, lookAtVersion } from './functions.ts';
import { parts } from './parts.ts';
import { ownPermissions, permissionsFor } from './permissions.ts';
import type { KnownPlace } from './place.ts';
import { RoleReader } from './role-policies.ts';
import { startChecks } from './starts.ts';
import { targetChecks } from './targets.ts';
import { waysOut } from './ways-out.ts';

/** What was found at once, and what is still to be looked at. */
export interface Examination {
  readonly findings: readonly NamedFinding[];
  readonly checks: readonly Check[];
}

/** Everything that a run needs. Without a controller only the rest of what the experiment needs. */
export async function everyCheck(
  remote: Remote,
  place: KnownPlace,
  experiment: Experiment | undefined,
): Promise<Examination> {
  const { aws, stage } = remote;
  let functions: DeployedFunctions = new Map();
  const first: Check = {
    name: 'functions',
    look: async () => {
      functions = await deployedFunctions(aws, stage);
      return lookAtFunctions(functions, place);
    },
  };
  const findings = await findingsOf([first], stage);
  const deployed = [...functions.values()].some((one) => one !== null);
  const roles = new RoleReader(aws);
  return {
    findings,
    checks: [
      ...(deployed
        ? [
            { name: 'version', look: () => Promise.resolve(lookAtVersion(functions)) },
            ...parts(remote),
            ...waysOut(aws, stage, functions),
            ...startChecks(remote),
            ...ownPermissions(functions, roles, place),
          ]
        : []),
      ...(experiment === undefined
        ? []
        : [
            ...targetChecks(remote, experiment, roles, place),
            ...alarmChecks(aws, experiment, stage),
            ...permissionsFor(experiment, functions, roles, place),
          ]),
    ],
  };
}
