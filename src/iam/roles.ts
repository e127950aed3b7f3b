import type { Permission } from '../aws/permission.ts';
import { changers } from '../faults/of.ts';
import { targetPermissions } from '../targets/permissions.ts';
import { type ControllerFunction, controllerFunctions } from './functions.ts';
import { type Grant, own } from './grants.ts';
import type { Conditions } from './policy.ts';
import { permissionsOfSignals } from './signals.ts';
import { merged, roleStatements, type RoleStatement } from './statements.ts';

/** A role of the controller, with `{partition}`, `{region}`, `{account}` and `{stage}` to be filled in. */
export interface Role {
  /** What follows `inoculate-STAGE-REGION-` in its name. */
  readonly name: string;
  readonly description: string;
  readonly assumedBy: 'lambda.amazonaws.com' | 'scheduler.amazonaws.com';
  readonly assumedOnlyIf?: Conditions;
  readonly onlyIf?: 'rolePolicies';
  readonly statements: readonly RoleStatement[];
}

/** By logical id: `TickRole` for the function `tick`. */
export function controllerRoles(): Readonly<Record<string, Role>> {
  const roles = Object.entries<ControllerFunction>(controllerFunctions).map(
    ([name, facts]): readonly [string, Role] => [
      `${pascal(name)}Role`,
      {
        name,
        description: `Inoculate: ${facts.does}`,
        assumedBy: 'lambda.amazonaws.com',
        ...(facts.onlyIf === undefined ? {} : { onlyIf: facts.onlyIf }),
        statements: statementsOf(name, facts),
      },
    ],
  );
  return { ...Object.fromEntries<Role>(roles), SchedulerRole: schedulerRole };
}

/** Every permission on targets that some function needs for the steps that it carries out. */
export function permissionsOnTargets(name: string, facts: ControllerFunction): readonly Permission[] {
  const onChanges = changers().flatMap(({ permissions }) => permissions);
  if (name === 'role-policy') return onChanges.filter(isOnRoles);
  const wanted = (permission: Permission): boolean =>
    permission.during.some((step) => facts.steps.includes(step));
  return [
    ...Object.values(targetPermissions).flat().filter(wanted),
    ...onChanges.filter((permission) => !isOnRoles(permission) && wanted(permission)),
    ...(facts.observes ? permissionsOfSignals() : []),
  ];
}

/** Policies of roles are the matter of one function, which is there only where it was asked for. */
function isOnRoles({ actions }: Permission): boolean {
  return actions.some((action) => action.startsWith('iam:'));
}

/** Not a change of the function that is invoked: one of the controller's invokes another. */
const invocation = 'lambda:InvokeFunction';

function statementsOf(name: string, facts: ControllerFunction): readonly RoleStatement[] {
  const permissions = permissionsOnTargets(name, facts);
  const changes = permissions.filter(({ actions }) => !actions.includes(invocation));
  return [...facts.grants.map(statementOf), ...merged(roleStatements(permissions)), ...guardOf(changes)];
}

function statementOf({ sid, actions, resources, conditions, onlyIf }: Grant): RoleStatement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(conditions === undefined ? {} : { Condition: conditions }),
    ...(onlyIf === undefined ? {} : { onlyIf }),
  };
}

/** What belongs to the controller, by the service of the ARN. */
const ownResources: Readonly<Record<string, readonly string[]>> = {
  lambda: [own('lambda', 'function:inoculate-{stage}-*')],
  dynamodb: [own('dynamodb', 'table/inoculate-{stage}-*')],
  sqs: [own('sqs', 'inoculate-{stage}-*')],
  sns: [own('sns', 'inoculate-{stage}'), own('sns', 'inoculate-{stage}-*')],
  events: [own('events', 'rule/inoculate-{stage}*')],
  iam: ['arn:{partition}:iam::{account}:role/inoculate-{stage}-*'],
};

/** No fault ever hits the controller itself, whatever tags its parts may carry. */
function guardOf(permissions: readonly Permission[]): readonly RoleStatement[] {
  const actions = new Set(
    permissions.flatMap(({ changes, actions: made, resource }) =>
      changes === false || resource.includes('inoculate-') ? [] : made,
    ),
  );
  const services = new Set([...actions].map((action) => action.slice(0, action.indexOf(':'))));
  const guarded = [...actions].filter((action) => Object.hasOwn(ownResources, action.split(':')[0] ?? ''));
  const mappings = guarded.filter((action) => action.includes('EventSourceMapping'));
  const rest = guarded.filter((action) => !mappings.includes(action));
  const deny = (Sid: string, Action: readonly string[], Resource: readonly string[]): RoleStatement => ({
    Sid,
    Effect: 'Deny',
    Action: [...Action].sort(),
    Resource,
  });
  return [
    ...(rest.length === 0
      ? []
      : [
          deny(
            'NeverTheController',
            rest,
            [...services].sort().flatMap((service) => ownResources[service] ?? []),
          ),
        ]),
    // A mapping's ARN does not tell whose it is.
    ...(mappings.length === 0
      ? []
      : [
          {
            ...deny('NeverItsMappings', mappings, ['*']),
            Condition: { ArnLike: { 'lambda:FunctionArn': ownResources['lambda'] ?? [] } },
          },
        ]),
  ];
}

/** By this role Scheduler invokes the dead-man, `start` and the planner; it may do nothing else. */
const schedulerRole: Role = {
  name: 'scheduler',
  description: 'Inoculate: lets EventBridge Scheduler invoke the dead-man, start and the planner',
  assumedBy: 'scheduler.amazonaws.com',
  // Nobody else's schedules.
  assumedOnlyIf: {
    StringEquals: { 'aws:SourceAccount': '{account}' },
    ArnLike: {
      'aws:SourceArn': ['runs', 'experiments', 'gamedays'].map((group) =>
        own('scheduler', `schedule-group/inoculate-{stage}-${group}`),
      ),
    },
  },
  statements: [
    {
      Sid: 'InvokeScheduled',
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction'],
      Resource: [
        own('lambda', 'function:inoculate-{stage}-deadman:*'),
        own('lambda', 'function:inoculate-{stage}-start'),
        own('lambda', 'function:inoculate-{stage}-planner'),
      ],
    },
    {
      Sid: 'DeadLetters',
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: [own('sqs', 'inoculate-{stage}-dead')],
    },
  ],
};

function pascal(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
