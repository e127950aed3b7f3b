import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Permission } from '../../src/aws/permission.ts';
import { changers } from '../../src/faults/of.ts';
import { type ControllerFunction, controllerFunctions } from '../../src/iam/functions.ts';
import { permissionsOfSignals } from '../../src/iam/signals.ts';
import { targetPermissions } from '../../src/targets/permissions.ts';

const src = path.resolve(import.meta.dirname, '../../src');

/** IAM's prefix of each SDK client. */
const prefixes: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  apigatewayv2: 'apigateway',
  'application-auto-scaling': 'application-autoscaling',
  cloudwatch: 'cloudwatch',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  fis: 'fis',
  iam: 'iam',
  lambda: 'lambda',
  'route-53': 'route53',
  s3: 's3',
  scheduler: 'scheduler',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
};

/** Where the action has another name than the operation. */
const renamed: Readonly<Record<string, string>> = { 'lambda:Invoke': 'lambda:InvokeFunction' };

/** `import { A } from 'client'`, and `const { A } = await import('client')`. */
const imports =
  /(?:import|const)\s*\{([^}]*)\}\s*(?:from|=\s*await import\()\s*'@aws-sdk\/client-([a-z0-9-]+)'/g;
const operations = /\b(?:paginate(\w+)|(\w+)Command)\b/g;

/** The IAM actions of all operations that the sources in these folders send. */
function calledIn(...folders: readonly string[]): ReadonlySet<string> {
  const files = folders.flatMap((folder) => filesIn(path.join(src, folder)));
  return new Set(files.flatMap((file) => calledBy(readFileSync(file, 'utf8'), file)));
}

function calledBy(source: string, file: string): readonly string[] {
  return [...source.matchAll(imports)].flatMap(([, names = '', client = '']) => {
    const prefix = prefixes[client];
    if (prefix === undefined)
      throw new Error(`${file} uses the client of ${client}, which is not known here`);
    return [...names.matchAll(operations)].map(([, paged, single]) =>
      actionOf(prefix, paged ?? single ?? ''),
    );
  });
}

function actionOf(prefix: string, operation: string): string {
  if (prefix === 'apigateway') return operation.startsWith('Get') ? 'apigateway:GET' : 'apigateway:PATCH';
  return renamed[`${prefix}:${operation}`] ?? `${prefix}:${operation}`;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

const actionsOf = (permissions: readonly Permission[]): ReadonlySet<string> =>
  new Set(permissions.flatMap(({ actions }) => actions));

function difference(one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  return [...one].filter((action) => !other.has(action)).sort();
}

/** AWS asks for these beside those of the operation itself. */
const beside: Readonly<Record<string, string>> = {
  'fis:TagResource': 'an experiment is tagged as it is started',
  'iam:PassRole': 'a schedule is given a role',
  'secretsmanager:GetSecretValue': 'SSM reads a secret of Secrets Manager',
};

describe('what the code calls, and what it says that it calls, are the same', () => {
  test('of faults and targets', () => {
    const called = calledIn('faults', 'targets');
    const said = actionsOf([
      ...changers().flatMap(({ permissions }) => permissions),
      ...Object.values(targetPermissions).flat(),
    ]);
    // Policies of roles are put by a function of the controller's own, and it is invoked for that.
    expect(difference(called, said)).toEqual(['lambda:InvokeFunction']);
    expect(difference(said, called).filter((action) => !Object.hasOwn(beside, action))).toEqual([]);
  });

  test('of the controller’s own parts and of signals', () => {
    const called = calledIn('adapters', 'controller', 'notifiers', 'signals', 'registry');
    const grants = Object.values<ControllerFunction>(controllerFunctions).flatMap((one) => one.grants);
    const said = new Set([
      ...grants.filter(({ madeByLambda }) => madeByLambda !== true).flatMap(({ actions }) => actions),
      ...actionsOf(permissionsOfSignals()),
    ]);
    // Tables are made on one machine alone.
    expect(difference(called, said)).toEqual(['dynamodb:CreateTable', 'dynamodb:DescribeTable']);
    expect(difference(said, called).filter((action) => !Object.hasOwn(beside, action))).toEqual([]);
  });
});
