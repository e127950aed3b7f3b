import { type Alarm, alarmFindings } from '../../../src/cli/aws/doctor/alarms.ts';
import { type Check, findingsOf, formatFindings, ok, wrong } from '../../../src/cli/aws/doctor/finding.ts';
import {
  type DeployedFunctions,
  lookAtFunctions,
  lookAtVersion,
} from '../../../src/cli/aws/doctor/functions.ts';
import { lossFindings } from '../../../src/cli/aws/doctor/losses.ts';
import { documentOf, missingOf } from '../../../src/cli/aws/doctor/role-policies.ts';
import type { FunctionFacts } from '../../../src/core/facts.ts';
import { packageVersion } from '../../../src/cli/version.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import type { PolicyDocument, PolicyStatement } from '../../../src/iam/policy.ts';
import { cli } from './aws-support.ts';
import { plans } from '../report/support/plans.ts';

const place = { stage: 'prod', region: 'eu-central-1', account: '123456789012', partition: 'aws' };

describe('checks of doctor', () => {
  it('are all made, also after one that cannot be', async () => {
    const looked: string[] = [];
    const check = (name: string, error?: Error): Check => ({
      name,
      look: async () => {
        looked.push(name);
        if (error !== undefined) throw error;
        return Promise.resolve([ok('fine')]);
      },
    });
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const found = await findingsOf(
      [check('a'), check('b', denied), check('c', new Error('boom')), check('d')],
      'dev',
    );
    expect(looked).toEqual(['a', 'b', 'c', 'd']);
    expect(found.map(({ check: name, state }) => [name, state])).toEqual([
      ['a', 'ok'],
      ['b', 'unknown'],
      ['c', 'unknown'],
      ['d', 'ok'],
    ]);
    expect(found[2]?.message).toBe('could not be looked at: boom');
  });

  it('are told with how to mend what is wrong', () => {
    const text = formatFindings(
      [
        { check: 'bus', ...ok('is there') },
        { check: 'sweep', ...wrong('is off', 'turn it on') },
      ],
      false,
    );
    expect(text).toBe('ok     bus    is there\nWRONG  sweep  is off\n              help: turn it on\n');
  });

  it('end with the credentials where there are none, and say that nothing else was looked at', async () => {
    const caller = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    const { code, out } = await cli(['doctor'], {}, { caller });
    expect(code).toBe(1);
    expect(out).toMatch(
      /\? {6}credentials {2}.*No AWS credentials were found[^]*all else .*could not be looked at/,
    );
  });
});

type Configuration = ReturnType<DeployedFunctions['get']> & object;

describe('the functions of the controller', () => {
  const deployed = (start: Configuration | null, tick: Configuration | null): DeployedFunctions =>
    new Map<'start' | 'tick', Configuration | null>([
      ['start', start],
      ['tick', tick],
    ]);

  const active = { State: 'Active', LastUpdateStatus: 'Successful' } as const;
  const version = { Environment: { Variables: { INOCULATE_VERSION: packageVersion() } } };

  it.each<[string, Configuration | null, Configuration | null, RegExp]>([
    ['none', null, null, /^there is no controller of stage prod in eu-central-1 of account 123456789012$/],
    ['one', active, null, /^inoculate-prod-tick is missing$/],
    [
      'an update that failed',
      active,
      { ...active, LastUpdateStatus: 'Failed' as const, LastUpdateStatusReason: 'zip' },
      /^the last update of inoculate-prod-tick failed \(zip\)$/,
    ],
    ['an inactive one', active, { ...active, State: 'Pending' as const }, /^inoculate-prod-tick is Pending$/],
  ])('are missed: %s', (_what, start, tick, message) => {
    const findings = lookAtFunctions(deployed(start, tick), place);
    expect(findings).toEqual([
      { state: 'wrong', message: expect.stringMatching(message), help: expect.stringContaining('deploy') },
    ]);
  });

  it('are of the version of the command line, or that is told', () => {
    expect(lookAtVersion(deployed(version, version))).toMatchObject([{ state: 'ok' }]);
    expect(lookAtVersion(deployed(version, {}))).toMatchObject([
      { state: 'warning', message: expect.stringContaining('and unknown') },
    ]);
  });
});

describe('alarms of an experiment', () => {
  const experiment = (kind: 'invocation.error' | 'dependency.error', quiet = false): Experiment => ({
    ...plans.held.experiment,
    faults:
      kind === 'dependency.error'
        ? plans.held.experiment.faults
        : [{ kind, target: 'checkout', name: 'Error' }],
    abort: { alarms: [{ name: 'a', quiet }] },
  });
  const alarm = (state: Alarm['state'], metric: Partial<NonNullable<Alarm['metric']>> = {}): Alarm => ({
    state,
    metric,
  });
  const errorsOf = (name: string) => ({
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: name }],
  });

  it.each<[string, Alarm | undefined, Experiment, string, RegExp]>([
    ['is not there', undefined, experiment('dependency.error'), 'wrong', /does not exist/],
    ['is firing', alarm('ALARM'), experiment('dependency.error'), 'wrong', /firing/],
    ['has no data', alarm('INSUFFICIENT_DATA'), experiment('dependency.error'), 'wrong', /no data/],
    [
      'has no data by nature',
      alarm('INSUFFICIENT_DATA'),
      experiment('dependency.error', true),
      'ok',
      /quiet by nature/,
    ],
    ['is fine', alarm('OK'), experiment('dependency.error'), 'ok', /is OK/],
    [
      'watches what the fault moves',
      alarm('OK', errorsOf('shop-dev-checkout')),
      experiment('invocation.error'),
      'warning',
      /watches Errors, which invocation\.error on checkout moves by itself/,
    ],
    [
      'watches the same of another function',
      alarm('OK', errorsOf('other')),
      experiment('invocation.error'),
      'ok',
      /is OK/,
    ],
    [
      'watches what only a missing fallback moves',
      alarm('OK', errorsOf('shop-dev-checkout')),
      experiment('dependency.error'),
      'ok',
      /is OK/,
    ],
  ])('one that %s', (_what, given, about, state, message) => {
    expect(alarmFindings('a', given, about, 'dev')).toEqual([
      expect.objectContaining({ state, message: expect.stringMatching(message) }),
    ]);
  });
});

describe("a role's policies", () => {
  const needed: readonly PolicyStatement[] = [
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      Resource: 'arn:aws:dynamodb:r:1:table/t',
    },
  ];
  const allowing = (...Action: string[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  });

  it.each<[string, readonly PolicyDocument[], PolicyDocument | null, readonly string[]]>([
    ['nothing where all is allowed', [allowing('dynamodb:*')], null, []],
    [
      'exactly the action that is missing',
      [allowing('dynamodb:GetItem')],
      null,
      ['dynamodb:PutItem on arn:aws:dynamodb:r:1:table/t is missing'],
    ],
    [
      'what the boundary leaves out',
      [allowing('dynamodb:*')],
      allowing('dynamodb:PutItem'),
      ['dynamodb:GetItem on arn:aws:dynamodb:r:1:table/t is missing in its boundary'],
    ],
    [
      'each once where both lack it',
      [allowing('dynamodb:GetItem')],
      allowing('dynamodb:GetItem'),
      ['dynamodb:PutItem on arn:aws:dynamodb:r:1:table/t is missing'],
    ],
  ])('lack %s', (_what, policies, boundary, messages) => {
    expect(missingOf(needed, { policies, boundary }).map(({ message }) => message)).toEqual(messages);
  });

  it('come as JSON, URL-encoded or not', () => {
    const policy = allowing('s3:GetObject');
    expect(documentOf(JSON.stringify(policy))).toEqual(policy);
    expect(documentOf(encodeURIComponent(JSON.stringify(policy)))).toEqual(policy);
    expect(() => documentOf('%7B%7D')).toThrow('This is no policy');
  });
});

describe('what the faults on a target may lose', () => {
  const error = { kind: 'invocation.error', target: 'checkout' } as const;
  const timeout = { kind: 'lambda.timeout', target: 'checkout', timeout: 1000 } as const;
  const facts: Omit<FunctionFacts, 'asynchronous'> = {
    type: 'function',
    name: 'checkout',
    id: 'shop-dev-checkout',
    arn: null,
    optedIn: true,
    local: true,
    layerAttached: true,
    timeoutMs: 3000,
  };
  const unknown = 'may lose events of checkout for good if anything invokes it asynchronously, which AWS';
  const known = 'may lose events of checkout for good: a service invokes it asynchronously.';

  it.each<[string, Experiment['faults'][number], boolean | null, string | null]>([
    ['an error where AWS does not tell who waits', error, null, `Fault f1 (invocation.error) ${unknown}`],
    ['an error where nobody waits', error, true, `Fault f1 (invocation.error) ${known}`],
    ['an error where everyone waits', error, false, null],
    ['an error that is accepted', { ...error, acceptsDataLoss: true }, null, null],
    ['an error of another target', { ...error, target: 'pricing' }, null, null],
    ['a change of configuration where nobody waits', timeout, true, `Fault f1 (lambda.timeout) ${known}`],
    ['a change of configuration where AWS does not tell', timeout, null, null],
  ])('is wrong unless it is accepted: %s', (_what, fault, asynchronous, message) => {
    const [finding = null, ...more] = lossFindings(
      { ...plans.held.experiment, faults: [fault] },
      { ...facts, asynchronous },
    );
    expect(more).toEqual([]);
    if (message === null) expect(finding).toBeNull();
    else
      expect(finding).toMatchObject({
        state: 'wrong',
        message: expect.stringContaining(message),
        help: 'Say acceptsDataLoss: true if that is meant.',
      });
  });
});
