import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../src/iam/evaluate.ts';
import { conditionsHold } from '../../src/iam/conditions.ts';
import { matchesAction, matchesArn, matchesPattern } from '../../src/iam/match.ts';
import type { AccessRequest, Conditions, PolicyStatement } from '../../src/iam/policy.ts';

const request: AccessRequest = {
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::photos/2026/cat.jpg',
  context: {},
};
const allowAll: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** The order of decisions is that of "How AWS enforcement code logic evaluates requests" in the IAM User Guide. */
describe('a request is decided by all statements together', () => {
  test.each<[string, readonly PolicyStatement[], string]>([
    ['no statement at all allows nothing', [], 'not allowed'],
    ['one Allow is enough', [allowAll], 'allowed'],
    [
      'a Deny wins over any Allow, wherever it stands',
      [allowAll, { Effect: 'Deny', Action: 's3:Get*', Resource: '*' }, allowAll],
      'denied explicitly',
    ],
    [
      'a Deny whose condition does not hold denies nothing',
      [
        allowAll,
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
      'allowed',
    ],
    ['another action is not allowed', [{ ...allowAll, Action: 's3:PutObject' }], 'not allowed'],
    ['actions are the same in upper and lower case', [{ ...allowAll, Action: 'S3:getobject' }], 'allowed'],
    ['a wildcard in an action', [{ ...allowAll, Action: ['s3:Put*', 's3:?etObject'] }], 'allowed'],
    ['a wildcard in the service does not end at the colon', [{ ...allowAll, Action: 's*' }], 'allowed'],
    ['another resource is not allowed', [{ ...allowAll, Resource: 'arn:aws:s3:::photos' }], 'not allowed'],
    [
      'a wildcard in a resource reaches across slashes',
      [{ ...allowAll, Resource: 'arn:aws:s3:::photos/*' }],
      'allowed',
    ],
    [
      'resources are different in upper and lower case',
      [{ ...allowAll, Resource: 'arn:aws:s3:::Photos/*' }],
      'not allowed',
    ],
    ['NotAction allows everything else', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'allowed'],
    [
      'NotAction does not allow what it names',
      [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
      'not allowed',
    ],
    [
      'NotResource',
      [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::other/*' }],
      'denied explicitly',
    ],
  ])('%s', (_, Statement, decision) => {
    expect(evaluate([{ Version: '2012-10-17', Statement }], request).decision).toBe(decision);
  });

  test('statements of several policies count together, and the one that decides is told', () => {
    const deny: PolicyStatement = { Sid: 'No', Effect: 'Deny', Action: 's3:*', Resource: '*' };
    const decision = evaluate([{ Statement: allowAll }, { Statement: [deny] }], request);
    expect(decision).toEqual({ decision: 'denied explicitly', by: deny });
  });

  test('a statement that names nothing is refused, not guessed at', () => {
    expect(() => evaluate([{ Statement: { Effect: 'Allow', Resource: '*' } }], request)).toThrow(
      /names either/,
    );
  });
});

type Row = readonly [Conditions, AccessRequest['context'], boolean];
const tagged = { 'aws:ResourceTag/inoculate': 'allow' };
const leading = (operator: string, ...values: string[]): Conditions => ({
  [operator]: { 'dynamodb:LeadingKeys': values },
});
const keys = (...values: string[]): AccessRequest['context'] => ({ 'dynamodb:LeadingKeys': values });

/** After "IAM JSON policy elements: Condition operators" and "Multivalued context keys" in the IAM User Guide. */
describe('conditions', () => {
  test.each<Row>([
    [{}, {}, true],
    [{ StringEquals: tagged }, tagged, true],
    [{ StringEquals: tagged }, { 'AWS:resourcetag/Inoculate': 'allow' }, true],
    [{ StringEquals: tagged }, { 'aws:ResourceTag/inoculate': 'Allow' }, false],
    [{ StringEqualsIgnoreCase: tagged }, { 'aws:ResourceTag/inoculate': 'Allow' }, true],
    [{ StringEquals: tagged }, {}, false],
    [{ StringEqualsIfExists: tagged }, {}, true],
    [{ StringEqualsIfExists: tagged }, { 'aws:ResourceTag/inoculate': 'no' }, false],
    [{ StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    [{ StringEquals: { k: 'a', l: 'b' } }, { k: 'a' }, false],
    [{ StringEquals: { k: 'a' }, StringLike: { l: 'b*' } }, { k: 'a', l: 'bc' }, true],
    [{ StringEquals: { k: 'a*' } }, { k: 'ab' }, false],
    [{ StringLike: { k: 'a*' } }, { k: 'a' }, true],
    [{ StringLike: { k: 'a?c' } }, { k: 'ac' }, false],
    [{ StringLike: { k: 'a${*}c' } }, { k: 'abc' }, false],
    [{ StringLike: { k: 'a${*}c' } }, { k: 'a*c' }, true],
    [{ StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    [{ StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }, true],
    [{ StringNotEquals: { k: 'a' } }, {}, true],
    [{ StringNotLike: { k: 'a*' } }, { k: 'ab' }, false],
    [{ Bool: { k: 'true' } }, { k: 'TRUE' }, true],
    [{ Bool: { k: 'true' } }, {}, false],
    [{ Null: { k: 'true' } }, {}, true],
    [{ Null: { k: 'false' } }, {}, false],
    [{ Null: { k: 'false' } }, { k: 'a' }, true],
    [{ Null: { k: 'true' } }, { k: [] }, true],
    [{ ArnLike: { k: 'arn:aws:sns:*:*:topic' } }, { k: 'arn:aws:sns:eu-west-1:1:topic' }, true],
    [{ ArnLike: { k: 'arn:aws:sns:*:topic' } }, { k: 'arn:aws:sns:eu-west-1:1:topic' }, false],
    [{ ArnEquals: { k: 'arn:aws:sns:*:1:t*' } }, { k: 'arn:aws:sns:eu-west-1:1:topic' }, true],
    [{ ArnNotLike: { k: 'arn:aws:sns:*:1:t*' } }, { k: 'arn:aws:sns:eu-west-1:1:topic' }, false],
    [{ NumericLessThan: { k: '10' } }, { k: '9' }, true],
    [{ NumericGreaterThanEquals: { k: '10' } }, { k: '9' }, false],
    [leading('ForAllValues:StringEquals', 'a', 'b'), keys('a', 'b', 'a'), true],
    [leading('ForAllValues:StringEquals', 'a', 'b'), keys('a', 'c'), false],
    [leading('ForAllValues:StringEquals', 'a'), {}, true],
    [leading('ForAllValues:StringNotEquals', 'a'), keys('b', 'a'), false],
    [{ ...leading('ForAllValues:StringEquals', 'a'), Null: { 'dynamodb:LeadingKeys': 'false' } }, {}, false],
    [leading('ForAnyValue:StringEquals', 'a', 'b'), keys('c', 'b'), true],
    [leading('ForAnyValue:StringEquals', 'a'), keys('c'), false],
    [leading('ForAnyValue:StringEquals', 'a'), {}, false],
    [leading('ForAnyValue:StringNotEquals', 'a'), keys('a', 'b'), true],
    [leading('ForAllValues:StringLike', 'run#*'), keys('run#1', 'run#2'), true],
    [leading('ForAllValues:StringLike', 'run#*'), keys('run#1', 'lock#2'), false],
  ])('%j with %j: %j', (conditions, context, expected) => {
    expect(conditionsHold(conditions, context)).toBe(expected);
  });

  test('what is not known is refused, not guessed at', () => {
    expect(() => conditionsHold({ DateLessThan: { k: '2026' } }, { k: '2025' })).toThrow(/DateLessThan/);
    expect(() => conditionsHold({ StringEquals: { k: 'a' } }, { k: ['a'] })).toThrow(/ForAllValues/);
  });
});

test('patterns take every other character as it is', () => {
  expect(matchesPattern('a.b+c(d)|[e]{f}^$\\-/', 'a.b+c(d)|[e]{f}^$\\-/')).toBe(true);
  expect(matchesPattern('a.b', 'axb')).toBe(false);
  expect(matchesPattern('a*', 'a\nb')).toBe(true);
  expect(matchesAction('lambda:get?unction', 'lambda:GetFunction')).toBe(true);
  expect(matchesArn('arn:aws:sqs:*:1:a', 'arn:aws:sqs:eu-west-1:1:a:b')).toBe(false);
});
