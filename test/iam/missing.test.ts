import { describe, expect, test } from '@jest/globals';
import { functionStatements } from '../../src/core/function-permissions.ts';
import { fillIn } from '../../src/iam/fill-in.ts';
import { type ControllerFunctionName, controllerFunctions } from '../../src/iam/functions.ts';
import { missingPermissions } from '../../src/iam/missing.ts';
import { neededByFunction } from '../../src/iam/needed-by-function.ts';
import { listOf, type PolicyDocument, type PolicyStatement } from '../../src/iam/policy.ts';
import { deployedPolicies } from '../support/iam/deployed.ts';

const place = { stage: 'dev', partition: 'aws', region: 'eu-central-1', account: '123456789012' };
const deployed = deployedPolicies('dev', place, { rolePolicies: true });
const names = Object.keys(controllerFunctions) as ControllerFunctionName[];

/** The policies without one action of one statement. */
function without(
  policies: readonly PolicyDocument[],
  sid: string,
  action: string,
): readonly PolicyDocument[] {
  return policies.map((document) => ({
    ...document,
    Statement: listOf(document.Statement).flatMap((statement): PolicyStatement[] => {
      if (statement.Sid !== sid) return [statement];
      const Action = listOf(statement.Action).filter((one) => one !== action);
      return Action.length === 0 ? [] : [{ ...statement, Action }];
    }),
  }));
}

describe.each(names)('the role of %s', (name) => {
  const needed = neededByFunction(name, place, { rolePolicies: true });
  const policies = deployed[name] ?? [];

  test('as it is deployed lacks nothing', () => {
    expect(missingPermissions(needed, policies)).toEqual([]);
  });

  test('with one action removed lacks exactly that action', () => {
    for (const { Sid = '', Action } of needed)
      for (const action of listOf(Action)) {
        const missing = missingPermissions(needed, without(policies, Sid, action));
        // Another statement may allow the same: then nothing is missing.
        const elsewhere = needed.some((one) => one.Sid !== Sid && listOf(one.Action).includes(action));
        const found = [...new Set(missing.map((one) => one.action))];
        expect([Sid, found]).toEqual([Sid, elsewhere && found.length === 0 ? [] : [action]]);
      }
  });
});

describe('the role of a target function', () => {
  const needed = fillIn(functionStatements(['shop-dev-checkout'], 'inoculate-dev-functions'), place);
  const policy = (...Statement: PolicyStatement[]): PolicyDocument[] => [
    { Version: '2012-10-17', Statement },
  ];
  const messages = (...statements: PolicyStatement[]): readonly string[] =>
    missingPermissions(needed, policy(...statements)).map(({ message }) => message);

  test('lacks both where it has nothing', () => {
    const table = 'arn:aws:dynamodb:eu-central-1:123456789012:table/inoculate-dev-functions';
    expect(messages()).toEqual([
      `dynamodb:GetItem on ${table} with dynamodb:LeadingKeys dose#shop-dev-checkout is missing`,
      `dynamodb:PutItem on ${table} with dynamodb:LeadingKeys telemetry#shop-dev-checkout is missing`,
    ]);
  });

  test('lacks what was given for another function', () => {
    const others = fillIn(functionStatements(['shop-dev-payment'], 'inoculate-dev-functions'), place);
    expect(messages(...others)).toHaveLength(2);
    expect(messages(...others, ...needed)).toEqual([]);
  });

  test('lacks nothing where more is allowed than needed', () => {
    expect(messages({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' })).toEqual([]);
  });

  test('a Deny is told by its name', () => {
    const deny: PolicyStatement = { Sid: 'NoWrites', Effect: 'Deny', Action: 'dynamodb:Put*', Resource: '*' };
    expect(messages(...needed, deny)).toEqual([
      expect.stringMatching(/dynamodb:PutItem .* is denied by statement NoWrites/),
    ]);
  });

  test('what a condition asks beyond is told as missing, unless the context has it', () => {
    const fromVpc = needed.map((one) => ({
      ...one,
      Condition: { ...one.Condition, StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
    }));
    expect(messages(...fromVpc)).toHaveLength(2);
    expect(missingPermissions(needed, policy(...fromVpc), { 'aws:SourceVpc': 'vpc-1' })).toEqual([]);
  });
});
