import fc from 'fast-check';
import { lambdaRolePolicy } from '../../../src/faults/changers/lambda-role-policy.ts';
import { open } from '../../../src/faults/changers/lambda-role-policy-effects.ts';
import { canMeet, denyDocument, isDeniable, problemOf } from '../../../src/faults/role-policy/document.ts';
import { rolePolicyService } from '../../../src/faults/role-policy/serve.ts';
import { evaluate } from '../../../src/iam/evaluate.ts';
import type { PolicyDocument } from '../../../src/iam/policy.ts';
import { Bench } from '../../contract/changer-bench.ts';
import { RolePolicyPlace, rolePolicySubject } from '../../contract/subjects/role-policy.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeIam } from '../../support/aws/fake-iam.ts';
import { iamActionOf } from '../../support/aws/iam-actions.ts';

const table = (name: string): string => `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}`;
const document = (Statement: unknown, more: object = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement, ...more });
const deny = { Sid: 'A', Effect: 'Deny', Action: ['s3:GetObject'], Resource: ['*'] };

describe('the policy that denies a function its dependencies', () => {
  const policy = denyDocument(
    [
      { actions: ['dynamodb:*', 's3:Get*'] },
      { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:x:1:orders'] },
    ],
    'aws',
  );
  const decision = (action: string, resource: string): string =>
    evaluate([JSON.parse(policy) as PolicyDocument], { action, resource, context: {} }).decision;

  it('may be put on a role', () => {
    expect(problemOf(policy, 'aws')).toBeNull();
  });

  it.each([
    ['dynamodb:GetItem', table('orders'), true],
    ['dynamodb:GetItem', table('inoculate-dev-functions'), false],
    ['dynamodb:Query', table('inoculate-dev-control'), false],
    ['s3:GetObject', 'arn:aws:s3:::images/a', true],
    ['s3:PutObject', 'arn:aws:s3:::images/a', false],
    ['sqs:SendMessage', 'arn:aws:sqs:x:1:orders', true],
    ['sqs:SendMessage', 'arn:aws:sqs:x:1:other', false],
    ['logs:PutLogEvents', 'arn:aws:logs:x:1:log-group:a', false],
  ])('denies %s on %s: %s (rule 7)', (action, resource, denied) => {
    expect(decision(action, resource) === 'denied explicitly').toBe(denied);
  });

  it.each([
    ['allows', document([{ ...deny, Effect: 'Allow' }]), /does not deny/],
    ['allows in its second statement', document([deny, { ...deny, Effect: 'Allow' }]), /does not deny/],
    ['is no JSON', '{', /not a policy/],
    ['has no list of statements', document(deny), /not a policy/],
    ['has no statement', document([]), /no statement/],
    ['has an Id', document([deny], { Id: 'x' }), /not a policy/],
    ['has conditions', document([{ ...deny, Condition: {} }]), /has Condition/],
    [
      'names what it does not deny',
      document([{ ...deny, Action: undefined, NotAction: ['a:B'] }]),
      /NotAction/,
    ],
    ['denies everything', document([{ ...deny, Action: ['*'] }]), /\* may not be denied/],
    ['denies logs', document([{ ...deny, Action: ['s3:GetObject', 'logs:*'] }]), /logs:\* may not/],
    ['denies IAM', document([{ ...deny, Action: ['iam:DeleteRolePolicy'] }]), /iam:DeleteRolePolicy may not/],
    ['denies IAM in capitals', document([{ ...deny, Action: ['IAM:DeleteRolePolicy'] }]), /may not/],
    ['has one action', document([{ ...deny, Action: 's3:GetObject' }]), /no list of actions/],
    [
      'denies every table',
      document([{ ...deny, Action: ['dynamodb:GetItem'] }]),
      /\* can be a table of Inoculate/,
    ],
    [
      'denies tables by a pattern',
      document([{ ...deny, Action: ['dynamodb:GetItem'], Resource: [table('in*')] }]),
      /can be a table of Inoculate/,
    ],
    [
      'leaves out what it likes',
      document([{ ...deny, Resource: undefined, NotResource: ['arn:aws:s3:::mine'] }]),
      /leaves out more/,
    ],
  ])('is refused where it %s', (_what, text, problem) => {
    expect(problemOf(text, 'aws')).toMatch(problem);
  });

  it.each([
    ['s3:GetObject', true],
    ['dynamodb:*', true],
    ['s3:Get*', true],
    ['sts:AssumeRole', false],
    ['organizations:LeaveOrganization', false],
    ['*:*', false],
    ['s*:GetObject', false],
    ['s3:*Object', false],
  ])('may deny %s: %s', (action, may) => {
    expect(isDeniable(action)).toBe(may);
  });

  it('finds patterns that can meet, and only those', () => {
    const pattern = fc.stringMatching(/^[ab*?]{0,5}$/);
    const words = ['', ...Array.from({ length: 6 }, (_, n) => n + 1).flatMap(wordsOf)];
    const matches = (one: string, word: string): boolean =>
      new RegExp(`^${one.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(word);
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const meeting = words.some((word) => matches(one, word) && matches(other, word));
        // The shortest text that fits both needs no more letters than both patterns have.
        if (one.length + other.length <= 6) expect(canMeet(one, other)).toBe(meeting);
        else if (meeting) expect(canMeet(one, other)).toBe(true);
      }),
    );
  });
});

function wordsOf(length: number): string[] {
  return Array.from({ length: 2 ** length }, (_, n) =>
    n.toString(2).padStart(length, '0').replaceAll('0', 'a').replaceAll('1', 'b'),
  );
}

describe('the function that puts policies on roles', () => {
  const policyName = 'Inoculate0123456789abcdef';
  const iam = new FakeIam();
  const aws = new FakeAws({ IAM: iam.service });
  const ask = (event: unknown): Promise<unknown> => rolePolicyService(aws.clients())(event);
  iam.addRole('open');
  iam.addRole('closed', { tags: {} });
  iam.addRole('inoculate-dev-eu-central-1-tick');

  it.each([
    ['a role without the tag', 'closed', document([deny]), 'not-opted-in'],
    ['a role of the controller', 'inoculate-dev-eu-central-1-tick', document([deny]), 'own-role'],
    ['a policy that allows', 'open', document([{ ...deny, Effect: 'Allow' }]), 'refused-document'],
  ])('refuses %s, and changes nothing', async (_what, role, text, code) => {
    expect(await ask({ op: 'put', role, policyName, document: text })).toMatchObject({
      outcome: 'failed',
      code,
      unknown: false,
    });
    expect([...(iam.roles.get(role)?.policies.keys() ?? [])]).toEqual(['own']);
  });

  it.each([
    { op: 'put', role: 'open', policyName: 'own', document: document([deny]) },
    { op: 'delete', role: 'open', policyName: 'own' },
    { op: 'attach', role: 'open', policyName },
    { op: 'put', role: 'open', policyName },
    { op: 'get', role: '../open', policyName },
    null,
  ])('takes no other request: %j', async (event) => {
    await expect(ask(event)).rejects.toThrow(/Not a request/);
    expect(iam.roles.get('open')?.policies.has('own')).toBe(true);
  });

  it('removes what is not there as if it had been', async () => {
    expect(await ask({ op: 'delete', role: 'open', policyName })).toEqual({ outcome: 'done' });
  });

  it('says that a change may have been made where IAM gave no answer to it, and nowhere else', async () => {
    for (const [action, unknown] of [
      ['GetRole', false],
      ['PutRolePolicy', true],
    ] as const) {
      const clients = aws.clients();
      clients.disturb = (call) => (call.action === action ? { kind: 'break', when: 'before' } : undefined);
      const answer = await rolePolicyService(clients)({
        op: 'put',
        role: 'open',
        policyName,
        document: document([deny]),
      });
      expect(answer).toMatchObject({ outcome: 'failed', unknown });
    }
  });
});

describe('denied dependencies of a function', () => {
  async function made(): Promise<{ bench: Bench; place: RolePolicyPlace; id: string }> {
    const place = new RolePolicyPlace();
    const subject = rolePolicySubject(place);
    const resource = await subject.make();
    return { bench: new Bench(subject, resource), place, id: resource.target.id };
  }

  it('are changed by calls to IAM that the permissions name for that step', async () => {
    const { bench, place } = await made();
    const steps = { capture: 'capture', apply: 'apply', readBack: 'read', revert: 'revert' } as const;
    for (const effect of ['capture', 'apply', 'readBack', 'revert'] as const) {
      place.inside.calls.length = 0;
      await bench[effect]();
      const allowed = lambdaRolePolicy.permissions
        .filter(({ during }) => during.includes(steps[effect]))
        .flatMap(({ actions }) => actions);
      const called = place.inside.calls.map(iamActionOf);
      expect(called).toContain('iam:GetRole');
      expect([effect, called.filter((action) => !allowed.includes(action))]).toEqual([effect, []]);
    }
  });

  it('are refused where another function has the role, too (rule 7)', async () => {
    const { bench, place, id } = await made();
    const Role = place.lambda.functions.get(id)?.configuration.Role ?? '';
    place.lambda.addFunction('neighbour', { configuration: { Role } });
    await expect(bench.capture()).rejects.toMatchObject({
      code: 'shared-role',
      message: expect.stringContaining('neighbour'),
      unknown: false,
    });
  });

  it('are refused where not only Lambda may take the role', async () => {
    const { bench, place, id } = await made();
    const role = place.iam.roles.get(id);
    const Principal = { Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'] };
    if (role !== undefined) role.trust = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal }] });
    await expect(bench.capture()).rejects.toMatchObject({ code: 'shared-role', unknown: false });
  });

  it('are refused where the role does not carry the tag, though the function does (rule 11)', async () => {
    const { bench, place, id } = await made();
    Object.assign(place.iam.roles.get(id) ?? {}, { tags: {} });
    await expect(bench.capture()).rejects.toMatchObject({ code: 'not-opted-in', unknown: false });
  });

  it('are refused, with what to do, where the controller has no function for them', async () => {
    const { bench, place } = await made();
    const subject = rolePolicySubject(place);
    const changer = { ...subject.changer, load: (clients: never) => Promise.resolve(open(clients, '')) };
    const without = new Bench({ ...subject, changer }, bench.resource);
    await expect(without.capture()).rejects.toMatchObject({
      code: 'not-enabled',
      message: expect.stringContaining('rolePolicies'),
      unknown: false,
    });
  });

  it('are not put on a role that the function no longer has', async () => {
    const { bench, place, id } = await made();
    await bench.capture();
    const { configuration } = place.lambda.functions.get(id) ?? {};
    Object.assign(configuration ?? {}, { Role: place.iam.addRole('another') });
    await expect(bench.apply()).rejects.toMatchObject({ code: 'changed-meanwhile', unknown: false });
    expect([...(place.iam.roles.get('another')?.policies.keys() ?? [])]).toEqual(['own']);
  });

  it('are taken from the role that had them, though the function has gone (L13)', async () => {
    const { bench, place, id } = await made();
    await bench.capture();
    await bench.apply();
    place.lambda.functions.delete(id);
    expect((await bench.revert()).read).toBe('clean');
    expect([...(place.iam.roles.get(id)?.policies.keys() ?? [])]).toEqual(['own']);
  });

  it('count as perhaps made where the function that puts them broke off', async () => {
    const { bench, place } = await made();
    await bench.capture();
    const clients = new FakeAws({
      Lambda: {
        ...place.lambda.service,
        Invoke: ({ Payload }: { readonly Payload: string }) =>
          Payload.startsWith('{"op":"get"')
            ? { Payload: Buffer.from('{"outcome":"read","optedIn":true,"others":[],"document":null}') }
            : { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorType":"Sandbox.Timedout"}') },
      },
    }).clients();
    await expect(bench.apply(clients)).rejects.toMatchObject({ code: 'no-answer', unknown: true });
  });
});
