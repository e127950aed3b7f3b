import { controllerFunctions, type ControllerFunction } from '../../../src/iam/functions.ts';
import { evaluate } from '../../../src/iam/evaluate.ts';
import { listOf } from '../../../src/iam/policy.ts';
import { roleStatements } from '../../../src/iam/statements.ts';
import { permissionsOnTargets } from '../../../src/iam/roles.ts';
import type { Call, World } from './arns.ts';
import { deployedPolicies, type RoleSettings } from './deployed.ts';
import { requestsOf } from './requests.ts';

/** The deployed controller whose calls are judged. */
export interface Deployed {
  readonly stage: string;
  readonly world: World;
  readonly settings?: RoleSettings;
}

export interface Judgement {
  /** Calls of the controller's functions that their roles do not allow, in words. */
  readonly denied: readonly string[];
  /** `tick lambda:GetFunction`: what was allowed and made. */
  readonly used: ReadonlySet<string>;
}

/** Evaluates the generated roles over calls that were made. A call that is not understood throws. */
export function judge(calls: readonly Call[], { stage, world, settings }: Deployed): Judgement {
  const policies = deployedPolicies(stage, world, settings);
  const denied = new Set<string>();
  const used = new Set<string>();
  const prefix = `inoculate-${stage}-`;
  for (const call of calls) {
    if (!call.principal.startsWith(prefix)) continue;
    const role = call.principal.slice(prefix.length);
    const documents = policies[role];
    if (documents === undefined) throw new Error(`${call.principal} has no role`);
    for (const request of requestsOf(call, world)) {
      const { decision } = evaluate(documents, request);
      if (decision === 'allowed') used.add(`${role} ${request.action}`);
      else
        denied.add(
          `${role}: ${request.action} on ${request.resource} is ${decision}, with ${JSON.stringify(request.context)}`,
        );
    }
  }
  return { denied: [...denied], used };
}

/** `tick lambda:GetFunction` for each action that a role of the controller allows; without those that Lambda itself uses. */
export function grantedActions({ stage, world, settings }: Deployed): ReadonlySet<string> {
  const byLambda = new Set(
    Object.entries<ControllerFunction>(controllerFunctions).flatMap(([name, { grants }]) =>
      grants.filter(({ madeByLambda }) => madeByLambda === true).map(({ sid }) => `${name} ${sid}`),
    ),
  );
  const granted = Object.entries(deployedPolicies(stage, world, settings)).flatMap(([role, documents]) =>
    documents
      .flatMap(({ Statement }) => listOf(Statement))
      .filter(({ Effect, Sid }) => Effect === 'Allow' && !byLambda.has(`${role} ${Sid}`))
      .flatMap(({ Action }) => listOf(Action).map((action) => `${role} ${action}`)),
  );
  return new Set(granted.filter((one) => !one.startsWith('scheduler ')));
}

/** Those of `grantedActions` that act on targets: they are used by runs with faults of that kind. */
export function actionsOnTargets(): ReadonlySet<string> {
  return new Set(
    Object.entries<ControllerFunction>(controllerFunctions).flatMap(([name, facts]) =>
      roleStatements(permissionsOnTargets(name, facts)).flatMap(({ Action }) =>
        Action.map((action) => `${name} ${action}`),
      ),
    ),
  );
}
