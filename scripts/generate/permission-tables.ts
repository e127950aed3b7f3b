import type { Permission } from '../../src/aws/permission.ts';
import { controlPlaneFaults } from '../../src/faults/index.ts';
import { type ControllerFunction, controllerFunctions } from '../../src/iam/functions.ts';
import type { Conditions } from '../../src/iam/policy.ts';
import { controllerRoles, permissionsOnTargets } from '../../src/iam/roles.ts';
import { conditionOf, merged, roleStatements, type RoleStatement } from '../../src/iam/statements.ts';
import { cells, filledIn, head } from './page.ts';

/** docs/PERMISSIONS.md, with its tables as the code has it now. */
export function permissionTables(page: string): string {
  return filledIn(page, { functions, kinds });
}

function functions(): string {
  const roles = Object.values(controllerRoles());
  return Object.entries<ControllerFunction>(controllerFunctions)
    .map(([name, facts]) => {
      const role = roles.find((one) => one.name === name);
      const whys = new Map(facts.grants.map(({ sid, why }) => [sid, why]));
      const onTargets = new Set(
        merged(roleStatements(permissionsOnTargets(name, facts))).map(({ Sid }) => Sid),
      );
      const rows = (role?.statements ?? []).map((statement) =>
        row(statement, whys.get(statement.Sid) ?? (onTargets.has(statement.Sid) ? 'targets' : 'rule 7')),
      );
      return [
        `#### ${name}`,
        '',
        `${sentence(facts)}`,
        '',
        head('may', 'on', 'only where', 'for'),
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

function sentence({ does, steps, onlyIf }: ControllerFunction): string {
  const touches = steps.length === 0 ? '' : ` Of faults it carries out: ${steps.join(', ')}.`;
  const optional = onlyIf === undefined ? '' : ' Only deployed with `rolePolicies: true`.';
  return `It ${does}.${touches}${optional}`;
}

function row({ Effect, Action, Resource, Condition, onlyIf }: RoleStatement, why: string): string {
  const on = 'allowed' in Resource ? [`${Resource.pattern} of \`allowed.${Resource.allowed}\``] : Resource;
  const only = [...conditionTexts(Condition), ...(onlyIf === undefined ? [] : [optionFor(onlyIf)])];
  return cells(
    `${Effect === 'Deny' ? '**never** ' : ''}${Action.map((one) => `\`${one}\``).join(', ')}`,
    on.map(resourceText).join(', '),
    only.join('; '),
    why,
  );
}

/** Which option of the deployment it needs. */
function optionFor(onlyIf: NonNullable<RoleStatement['onlyIf']>): string {
  return onlyIf === 'rolePolicies' ? '`rolePolicies: true`' : '`heldOn` names a stage';
}

/** Without what is the same everywhere. */
function resourceText(arn: string): string {
  if (arn === '*') return 'everything: AWS knows no resource';
  const [text = '', list] = arn.split(' of ');
  const short = text.replace(/^arn:\{partition\}:([a-z0-9-]+):[^:]*:[^:]*:/, '$1 ');
  return `\`${short}\`${list === undefined ? '' : ` of ${list}`}`;
}

function conditionTexts(conditions: Conditions | undefined): string[] {
  return Object.entries(conditions ?? {}).flatMap(([operator, keys]) =>
    operator === 'Null'
      ? []
      : Object.entries(keys).map(
          ([key, values]) =>
            `${key.replace('dynamodb:LeadingKeys', 'key')} ${[values]
              .flat()
              .map((value) => `\`${value}\``)
              .join(', ')}`,
        ),
  );
}

function kinds(): string {
  const rows = Object.entries(controlPlaneFaults).flatMap(([kind, { changer }]) =>
    changer.permissions
      .filter(({ changes }) => changes !== false)
      .map((permission) =>
        cells(
          `\`${kind}\``,
          permission.actions.map((action) => `\`${action}\``).join(', '),
          resourceText(permission.resource),
          protection(permission),
        ),
      ),
  );
  return [head('kind', 'changes by', 'on', 'what AWS checks'), ...rows].join('\n');
}

function protection(permission: Permission): string {
  const conditions = conditionTexts(conditionOf(permission));
  if (permission.changes !== false && !permission.changes.tagEvaluated && !permission.changes.makes)
    return ['no tag: only what serverless.yml lists', ...conditions].join('; ');
  return conditions.join('; ');
}
