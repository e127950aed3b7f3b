import type { Permission } from '../aws/permission.ts';
import { functionStatements, functionTableOf } from '../core/function-permissions.ts';
import { alarmNames } from '../core/guards.ts';
import { isControlPlane, isInFunction } from '../core/placement.ts';
import { targetTypeOf } from '../core/target-type.ts';
import { moduleOf } from '../faults/of.ts';
import type { Experiment, Signal } from '../generated/types.ts';
import { targetPermissions } from '../targets/permissions.ts';
import { type Place, fillIn } from './fill-in.ts';
import { own, readAlarms } from './grants.ts';
import type { PolicyStatement } from './policy.ts';
import { permissionsOfSignal } from './signals.ts';
import { roleStatements } from './statements.ts';

/** The least that an experiment needs of IAM. */
export interface Needs {
  /** Of the controller, to find, change and restore the targets, and to look at the signals. */
  readonly controller: readonly PolicyStatement[];
  /** Of the roles of functions with faults inside them. */
  readonly functions: readonly {
    readonly function: string;
    readonly statements: readonly PolicyStatement[];
  }[];
  /** Of the person who registers, starts, watches and stops it. */
  readonly person: readonly PolicyStatement[];
}

export function needsOf(experiment: Experiment, place: Place): Needs {
  const fill = (statements: readonly PolicyStatement[]): readonly PolicyStatement[] =>
    fillIn(statements, place);
  const dosed = dosedFunctions(experiment, place.stage);
  return {
    controller: fill([...doseStatements(dosed), ...targetStatements(experiment, place.stage)]),
    functions: dosed.map((name) => ({
      function: name,
      statements: fill(functionStatements([name], functionTableOf(place.stage))),
    })),
    person: fill([
      {
        Sid: 'AskInoculate',
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: ['requests', 'start', 'stop'].map((name) =>
          own('lambda', `function:inoculate-{stage}-${name}`),
        ),
      },
    ]),
  };
}

type Target = Experiment['targets'][string];

/** The part of the ARN that names a target; undefined where the file names nothing of the kind. */
export function arnIdOf(target: Target, stage: string): string {
  if ('lambda' in target) return target.lambda.split(':function:').at(-1)?.split(':')[0] ?? target.lambda;
  if ('service' in target) return `${target.service}-${stage}-${target.function}`;
  if ('rule' in target) return target.bus === undefined ? target.rule : `${target.bus}/${target.rule}`;
  if ('api' in target) return `${target.api}/stages/${target.apiStage}`;
  const [given] = Object.values<string>(target);
  if (given === undefined) throw new Error(`A target that names nothing: ${JSON.stringify(target)}`);
  return given.split(/[:/]/).at(-1) ?? given;
}

/** Of a signal's permissions only those on a probed function name anything. */
function ofProbed(permission: Permission, signal: Signal): Permission {
  if (signal.signal !== 'lambda.probe') return permission;
  // With its version or alias, which IAM counts as part of the name.
  const id = signal.function.split(':function:').at(-1) ?? signal.function;
  return { ...permission, resource: permission.resource.replaceAll('{id}', id) };
}

function targetStatements(experiment: Experiment, stage: string): readonly PolicyStatement[] {
  const permissions: Permission[] = [];
  const add = (name: string | undefined, wanted: readonly Permission[]): void => {
    const target = name === undefined ? undefined : experiment.targets[name];
    for (const permission of wanted)
      permissions.push(
        target === undefined
          ? permission
          : { ...permission, resource: permission.resource.replaceAll('{id}', arnIdOf(target, stage)) },
      );
  };
  for (const [name, target] of Object.entries(experiment.targets))
    add(name, targetPermissions[targetTypeOf(target)] ?? []);
  for (const fault of experiment.faults)
    if (isControlPlane(fault)) add(fault.target, moduleOf(fault).changer.permissions);
  for (const signal of experiment.steadyState)
    add(
      undefined,
      permissionsOfSignal(signal.signal).map((one) => ofProbed(one, signal)),
    );
  const alarms = alarmNames(experiment.abort?.alarms);
  return [
    ...roleStatements(permissions).map(({ Resource, ...statement }) => ({
      ...statement,
      Resource: 'allowed' in Resource ? [Resource.pattern] : Resource,
    })),
    ...(alarms.length === 0
      ? []
      : [
          {
            Sid: readAlarms.sid,
            Effect: 'Allow' as const,
            Action: readAlarms.actions,
            Resource: readAlarms.resources,
          },
        ]),
  ];
}

function dosedFunctions(experiment: Experiment, stage: string): readonly string[] {
  const names = experiment.faults.filter(isInFunction).flatMap(({ target: name }) => {
    const target = experiment.targets[name];
    return target === undefined ? [] : [arnIdOf(target, stage)];
  });
  return [...new Set(names)];
}

function doseStatements(functions: readonly string[]): readonly PolicyStatement[] {
  if (functions.length === 0) return [];
  const of = (Sid: string, Action: readonly string[], prefix: string): PolicyStatement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: [own('dynamodb', 'table/inoculate-{stage}-functions')],
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': functions.map((name) => `${prefix}#${name}`) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
  return [
    of('Doses', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], 'dose'),
    of('Telemetry', ['dynamodb:Query'], 'telemetry'),
  ];
}
