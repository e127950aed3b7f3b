import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fourEyes } from '../../../src/core/four-eyes.ts';
import { defaultGuardrails, type Person, type Principal } from '../../../src/core/guardrails.ts';
import {
  allowed,
  describe as described,
  type GroupMembers,
  groupsToRead,
  type Identity,
  identityOf,
  matches,
  personOf,
} from '../../../src/core/identity.ts';

const account = '111122223333';
const ada: Identity = { via: 'slack', user: 'U1', name: 'ada', team: 'T1' };
const bob: Identity = { via: 'slack', user: 'U2', name: 'bob', team: 'T1' };
const user = (name: string, of = account): Identity => ({
  via: 'aws',
  arn: `arn:aws:iam::${of}:user/${name}`,
});
const session = (role: string, name: string): Identity => ({
  via: 'aws',
  arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
});
const sso = 'AWSReservedSSO_Admin_0123456789abcdef';
const people: readonly Person[] = [
  {
    name: 'Ada',
    slack: 'U1',
    aws: [`arn:aws:iam::${account}:user/ada`, `arn:aws:sts::${account}:assumed-role/Ada/*`],
  },
  { name: 'Grace', slack: null, aws: [`arn:aws:iam::${account}:user/grace`] },
];
const noGroups: GroupMembers = { read: true, members: {} };
const group: GroupMembers = { read: true, members: { S1: ['U1', 'U9'] } };

describe('permission', () => {
  const ask = (
    identity: Identity,
    approve: readonly Principal[] | 'anyone',
    groups: GroupMembers = noGroups,
    who: readonly Person[] = people,
  ): boolean => {
    const { permissions } = defaultGuardrails('dev');
    return allowed(
      identity,
      'approve',
      { permissions: { ...permissions, approve }, people: who },
      { account, groups },
    ).allowed;
  };
  const arn = (pattern: string): readonly Principal[] => [{ aws: pattern }];

  it.each<[string, Identity, readonly Principal[] | 'anyone', GroupMembers, boolean]>([
    ['anyone may where anyone may', bob, 'anyone', noGroups, true],
    ['nobody may from Slack where nobody is named', bob, [], noGroups, false],
    ['IAM decides on AWS where nobody is named', user('zoe'), [], noGroups, true],
    ['but never for another account', user('zoe', '999999999999'), [], noGroups, false],
    ['a named Slack user', ada, [{ slackUser: 'U1' }], noGroups, true],
    ['another Slack user', bob, [{ slackUser: 'U1' }], noGroups, false],
    ['an AWS user where only a Slack user is named', user('zoe'), [{ slackUser: 'U1' }], noGroups, false],
    ['the same person on AWS', user('ada'), [{ slackUser: 'U1' }], noGroups, true],
    ['the same person in Slack', ada, arn(`arn:aws:iam::${account}:user/ada`), noGroups, true],
    ['a member of a named group', ada, [{ slackGroup: 'S1' }], group, true],
    ['somebody who is in no named group', bob, [{ slackGroup: 'S1' }], group, false],
    ['a member of another group', ada, [{ slackGroup: 'S2' }], group, false],
    ['a member on AWS, by the people', user('ada'), [{ slackGroup: 'S1' }], group, true],
    [
      'nobody of a group that cannot be read',
      ada,
      [{ slackGroup: 'S1' }],
      { read: false, reason: 'down' },
      false,
    ],
    [
      'an ARN of a pattern',
      session('Ops', 'x'),
      arn(`arn:aws:sts::${account}:assumed-role/Ops/*`),
      noGroups,
      true,
    ],
    [
      'an ARN of another role',
      session('Dev', 'x'),
      arn(`arn:aws:sts::${account}:assumed-role/Ops/*`),
      noGroups,
      false,
    ],
    [
      'an account that is named',
      user('zoe', '999999999999'),
      arn('arn:aws:iam::999999999999:user/zoe'),
      noGroups,
      true,
    ],
  ])('%s', (_, identity, principals, groups, expected) => {
    expect(ask(identity, principals, groups)).toBe(expected);
  });

  it('asks Slack for groups only where nothing else decides', () => {
    const { permissions } = defaultGuardrails('dev');
    const of = (approve: readonly Principal[], identity: Identity): readonly string[] =>
      groupsToRead(identity, 'approve', { permissions: { ...permissions, approve }, people });
    expect(of([{ slackUser: 'U1' }, { slackGroup: 'S1' }], ada)).toEqual([]);
    expect(of([{ slackUser: 'U1' }, { slackGroup: 'S1' }], bob)).toEqual(['S1']);
    expect(of([{ slackGroup: 'S1' }], user('zoe'))).toEqual([]);
    expect(of([{ slackGroup: 'S1' }], user('ada'))).toEqual(['S1']);
  });

  it('says who may not do what', () => {
    const { permissions } = defaultGuardrails('dev');
    const answer = allowed(bob, 'start', { permissions, people: [] }, { account, groups: noGroups });
    expect(answer).toEqual({
      allowed: false,
      reason: expect.stringContaining('nobody start runs from Slack'),
    });
  });
});

describe('four eyes', () => {
  it.each<[string, Identity, string, boolean]>([
    ['two Slack users of one team', bob, 'ada (slack T1/U1)', true],
    ['the same Slack user', ada, 'somebody else (slack T1/U1)', false],
    ['Slack users of two teams', bob, 'ada (slack T2/U7)', false],
    ['two IAM users', user('zoe'), 'ada (IAM user)', true],
    ['the same IAM user', user('ada'), 'ada (IAM user)', false],
    ['the same IAM user, below a path', user('team/ada'), 'ada (IAM user)', false],
    ['the same IAM user in capitals', user('Ada'), 'ada (IAM user)', false],
    ['IAM users of two accounts', user('zoe', '999999999999'), 'eve (IAM user)', false],
    ['two names of Identity Center', session(sso, 'zoe@example.com'), `eve@example.com (${sso})`, true],
    [
      'one name under two permission sets',
      session(`${sso}2`, 'zoe@example.com'),
      `zoe@example.com (${sso})`,
      false,
    ],
    ['two sessions of a role that anybody may take', session('Ops', 'zoe'), 'eve (Ops)', false],
    ['two sessions that the people tell apart', user('grace'), 'anything (Ada)', true],
    ['a user and a role that it may take', session('Ops', 'zoe'), 'zoe (IAM user)', false],
    ['one person in Slack and on AWS', ada, 'ada (IAM user)', false],
    ['two people in Slack and on AWS', ada, 'grace (IAM user)', true],
    ['a stranger in Slack and somebody on AWS', bob, 'grace (IAM user)', false],
    ['a name of the people', user('grace'), 'Ada', true],
    ['the name of the same person', user('grace'), 'grace', false],
    ['a name that nobody knows', user('grace'), 'the new one', false],
    ['the same ARN', session('Ops', 'zoe'), `arn:aws:sts::${account}:assumed-role/Ops/zoe`, false],
    ['root', { via: 'aws', arn: `arn:aws:iam::${account}:root` }, 'eve (IAM user)', false],
  ])('%s', (_, approver, by, expected) => {
    const answer = fourEyes(approver, [{ did: 'asked for the run', by }], {
      account,
      partition: 'aws',
      people,
    });
    expect(answer.allowed).toBe(expected);
  });

  it('wants somebody else than each of the others', () => {
    const others = [
      { did: 'asked for the run', by: 'ada (slack T1/U1)' },
      { did: 'registered the experiment', by: 'bob (slack T1/U2)' },
    ];
    expect(fourEyes(bob, others, { account, partition: 'aws', people: [] })).toEqual({
      allowed: false,
      reason: 'bob (slack T1/U2) registered the experiment: four eyes are asked for.',
    });
  });

  it('says what to do where two cannot be compared', () => {
    const answer = fourEyes(bob, [{ did: 'asked for the run', by: 'eve (IAM user)' }], {
      account,
      partition: 'aws',
      people: [],
    });
    expect(answer).toEqual({ allowed: false, reason: expect.stringContaining('Name both under "people"') });
  });
});

describe('who somebody is', () => {
  it('is read again from what was recorded, whatever a Slack user calls himself', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (name) => {
        const text = described({ ...ada, name });
        expect(text.length).toBeLessThanOrEqual(256);
        const found = identityOf(text, { account, partition: 'aws', people: [] });
        expect(found).toMatchObject({ via: 'slack', user: 'U1', team: 'T1' });
      }),
    );
  });

  it('is one person behind several identities', () => {
    expect(personOf(session('Ada', 'anything'), people)?.name).toBe('Ada');
    expect(personOf(session('Adalbert', 'anything'), people)).toBeUndefined();
  });

  it.each([
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'ab', false],
    ['a*a', 'a', false],
    ['*b*', 'abc', true],
    ['a*b*b', 'ab', false],
    ['abc', 'abcd', false],
    ['a.c', 'abc', false],
    ['*', '', true],
  ])('matches %s with %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('matches as a regular expression would, without its cost', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
        expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
      }),
    );
  });
});
