import fc from 'fast-check';
import { denyStatement } from '../../../src/faults/changers/deny-statement.ts';
import { s3Policy } from '../../../src/faults/changers/s3-policy.ts';
import { snsPolicy } from '../../../src/faults/changers/sns-policy.ts';
import { sqsPolicy } from '../../../src/faults/changers/sqs-policy.ts';
import { moduleOf } from '../../../src/faults/of.ts';
import { evaluate } from '../../../src/iam/evaluate.ts';
import type { PolicyStatement } from '../../../src/iam/policy.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { Bench } from '../../contract/changer-bench.ts';
import {
  bucketPolicySubject,
  policies,
  queuePolicySubject,
  topicPolicySubject,
} from '../../contract/subjects/policies.ts';
import { targetOf } from '../../contract/subjects/support.ts';
import { experiment, runOf } from '../../contract/samples.ts';

const account = '123456789012';
const queue = `arn:aws:sqs:eu-central-1:${account}:orders`;
const role = (name: string, of = account): string => `arn:aws:iam::${of}:role/${name}`;

function statementFor(roles: readonly string[] | undefined, arn = queue): PolicyStatement {
  const signal = new AbortController().signal;
  const context = { run: runOf({ experiment }), target: targetOf('queue', 'x', arn), faults: [], signal };
  const denial = { actions: ['sqs:SendMessage'], resources: [arn], roles };
  return JSON.parse(denyStatement({ ...context, marker: 'x' }, 'Inoculate1', denial)) as PolicyStatement;
}

/** Nobody's ARN: an AWS service calls for itself. */
function isDenied(statement: PolicyStatement, who: string | null, action = 'sqs:SendMessage'): boolean {
  const context = who === null ? {} : { 'aws:PrincipalArn': who };
  const { decision } = evaluate([{ Statement: statement }], { action, resource: queue, context });
  return decision === 'denied explicitly';
}

describe('a denial', () => {
  it.each<[string, readonly string[] | undefined, string | null, boolean]>([
    ['a role, where none is named', undefined, role('worker'), true],
    ['an AWS service, where no role is named', undefined, null, true],
    ['a role of another account', undefined, role('worker', '999999999999'), true],
    ['the root user', undefined, `arn:aws:iam::${account}:root`, false],
    ['Inoculate', undefined, role('inoculate-dev-eu-central-1-tick'), false],
    ['the role that is named', ['worker'], role('worker'), true],
    ['the role that is named by its ARN', [role('path/worker')], role('path/worker'), true],
    ['the role that is named with its path', ['path/worker'], role('path/worker'), true],
    ['another role', ['worker'], role('other'), false],
    ['a role whose name begins alike', ['worker'], role('worker-2'), false],
    ['an AWS service, where a role is named', ['worker'], null, false],
    [
      'Inoculate, though it is named',
      ['inoculate-dev-eu-central-1-tick'],
      role('inoculate-dev-eu-central-1-tick'),
      false,
    ],
  ])('on %s (rule 7)', (_who, roles, who, denied) => {
    expect(isDenied(statementFor(roles), who)).toBe(denied);
  });

  it('on a bucket, whose ARN names no account, spares the same', () => {
    const statement = { ...statementFor(['worker'], 'arn:aws:s3:::images'), Resource: queue };
    expect(isDenied(statement, role('worker'))).toBe(true);
    expect(isDenied(statement, `arn:aws:iam::${account}:root`)).toBe(false);
    expect(isDenied({ ...statement }, role('inoculate-dev-eu-central-1-tick'))).toBe(false);
  });
});

/** A statement that stood alone is in a list where another run came before and left after. */
function listed(policy: string): string {
  const value = JSON.parse(policy) as { readonly Statement: unknown };
  return JSON.stringify({ ...value, Statement: [value.Statement].flat() });
}

const manage = /Policy|Attributes|Permission|Tag|Delete(Topic|Queue|Bucket)|Acl/;

describe('what each kind denies', () => {
  it.each([
    ['sqs.deny', queuePolicySubject(null), 'Policy'],
    ['s3.deny', bucketPolicySubject(null), 'policy'],
    ['sns.deny', topicPolicySubject('{"Statement":[{"Sid":"a"}]}'), 'Policy'],
  ])('%s never denies the management of the resource (rule 7)', async (_kind, subject) => {
    const bench = new Bench(subject, await subject.make());
    await bench.capture();
    const { statements } = bench.undo as { readonly statements: readonly string[] };
    expect(statements).toHaveLength(subject.faults.length);
    for (const text of statements) {
      const { Effect, Action, Resource } = JSON.parse(text) as PolicyStatement;
      expect(Effect).toBe('Deny');
      for (const action of Action as readonly string[]) expect(action).not.toMatch(manage);
      expect(JSON.stringify(Resource)).toContain(bench.resource.target.arn);
    }
  });

  it.each<[readonly string[] | undefined, string | undefined, readonly string[]]>([
    [undefined, undefined, ['arn:aws:s3:::b/*']],
    [['GetObject'], 'images/', ['arn:aws:s3:::b/images/*']],
    [['ListBucket'], undefined, ['arn:aws:s3:::b']],
    [['ListBucket', 'PutObject'], undefined, ['arn:aws:s3:::b', 'arn:aws:s3:::b/*']],
  ])('of a bucket, each action finds its type of resource: %j', async (operations, prefix, resources) => {
    const subject = bucketPolicySubject(null);
    const fault = { kind: 's3.deny', target: 'checkout', operations, prefix } as ControlPlaneFault;
    const resource = await subject.make();
    const target = { ...resource.target, arn: 'arn:aws:s3:::b' };
    const bench = new Bench({ ...subject, faults: [fault] }, { ...resource, target });
    await bench.capture();
    const { statements } = bench.undo as { readonly statements: readonly string[] };
    expect((JSON.parse(statements[0] ?? '') as PolicyStatement).Resource).toEqual(resources);
  });

  it.each<[ControlPlaneFault, boolean]>([
    [{ kind: 'sqs.deny', target: 'a' }, true],
    [{ kind: 'sqs.deny', target: 'a', operations: ['ReceiveMessage'] }, true],
    [{ kind: 'sqs.deny', target: 'a', operations: ['DeleteMessage', 'ChangeMessageVisibility'] }, false],
    [{ kind: 'sns.deny', target: 'a' }, true],
    [{ kind: 'sns.deny', target: 'a', operations: ['Subscribe'] }, false],
    [{ kind: 's3.deny', target: 'a' }, false],
    [{ kind: 's3.deny', target: 'a', operations: ['PutObject'] }, true],
    [{ kind: 's3.deny', target: 'a', operations: ['ListBucket', 'DeleteObject'] }, false],
  ])('%j can lose data: %s (rule 8)', (fault, loses) => {
    expect(moduleOf(fault).losesData(fault) !== null).toBe(loses);
  });

  it('is taken back from a policy that others have emptied, by removing it', async () => {
    const subject = queuePolicySubject('{"Version":"2012-10-17","Statement":[{"Sid":"Theirs"}]}');
    const bench = new Bench(subject, await subject.make());
    await bench.capture();
    await bench.resource.others['no policy']?.make();
    await bench.apply();
    expect((await bench.revert()).read).toBe('clean');
    expect(await bench.resource.describe()).toEqual({ policy: null });
  });

  it('is refused before the run where the policy would be too long for AWS', async () => {
    const long = JSON.stringify({ Statement: [{ Sid: 'x'.repeat(8_000) }] });
    const subject = queuePolicySubject(long);
    const bench = new Bench(subject, await subject.make());
    await expect(bench.capture()).rejects.toMatchObject({ code: 'policy-too-long', unknown: false });
  });

  it('leaves the denials of other runs, and every statement of theirs, in whatever order they come and go (L2)', async () => {
    const order = fc.shuffledSubarray(['a', 'a', 'b', 'b', 'c', 'c'] as const, { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(order, fc.constantFrom(...Object.values(policies)), async (turns, before) => {
        const subject = queuePolicySubject(before);
        const resource = await subject.make();
        const benches = new Map<string, Bench>();
        for (const turn of turns) {
          const known = benches.get(turn);
          // Another name makes another marker, as another run does.
          const bench = known ?? new Bench({ ...subject, changer: { ...sqsPolicy, name: turn } }, resource);
          benches.set(turn, bench);
          if (known === undefined) {
            await bench.capture();
            await bench.apply();
          } else expect((await bench.revert()).read).toBe('clean');
        }
        const after = (await resource.describe()) as { readonly policy: string };
        expect(listed(after.policy)).toBe(listed(before));
      }),
      { numRuns: 50 },
    );
  });

  it('is a change for which AWS sees the tag, but on buckets (rule 11)', () => {
    const seen = [sqsPolicy, snsPolicy, s3Policy].map(({ permissions }) =>
      permissions.flatMap(({ changes }) => (changes === false ? [] : [changes.tagEvaluated])),
    );
    expect(seen).toEqual([[true], [true], [false, false]]);
  });
});
