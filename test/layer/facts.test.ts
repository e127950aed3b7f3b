import { faultSchemas } from '../../src/generated/catalogue.ts';
import type { InFunctionFault } from '../../src/generated/types.ts';
import { PARTIAL_FAILURE } from '../../src/layer/aws/partial-operations.ts';
import { errorsOf, genericErrors } from '../../src/layer/aws/errors.ts';
import { isKnownService, resourceFacts } from '../../src/layer/aws/resources.ts';
import { written } from '../../src/layer/aws/written.ts';
import { moduleOf } from '../../src/layer/faults/of.ts';

const target = 'checkout';
const services = Object.keys(resourceFacts).filter(isKnownService);

describe('what an editor offers', () => {
  const { service, error } = faultSchemas['dependency.error'].properties ?? {};

  it('are the services whose errors are known', () => {
    expect([...(service?.examples ?? [])].sort()).toEqual([...services].sort());
  });

  it('are the errors most asked for, and what any service can answer', () => {
    const first = services.flatMap((name) => Object.keys(written[name]));
    const offered = new Set([...first, ...genericErrors, PARTIAL_FAILURE]);
    expect([...(error?.examples ?? [])].sort()).toEqual([...offered].sort());
  });

  it('every error that is written by hand is one of its service, with a message and a status', () => {
    for (const name of services) {
      for (const error of Object.keys(written[name])) {
        const facts = errorsOf(name).get(error);
        expect({ name, error, message: facts?.message, status: facts?.status }).toEqual({
          name,
          error,
          message: expect.stringMatching(/./),
          status: expect.any(Number),
        });
      }
    }
  });
});

describe('what a fault says of itself', () => {
  const sentences: [InFunctionFault, string, { canEndProcess: boolean; losesData: boolean }][] = [
    [
      {
        kind: 'dependency.error',
        target,
        service: 'dynamodb',
        operations: ['GetItem', 'Query'],
        resource: 'orders',
        error: 'ProvisionedThroughputExceededException',
        rate: 0.5,
      },
      'half of the GetItem and Query calls from checkout to orders (dynamodb) are answered ProvisionedThroughputExceededException',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'dependency.error', target, host: 'pay.example.com', status: 503, only: [1, 2] },
      'all calls from checkout to pay.example.com (attempt 1 and 2 of each) are answered with status 503',
      { canEndProcess: true, losesData: false },
    ],
    [
      { kind: 'dependency.error', target, service: 'logs', error: 'throttle' },
      'all calls from checkout to logs are throttled',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'dependency.error', target, service: 'events', error: 'PartialFailure', entries: 0.2 },
      'all calls from checkout to events succeed, except for 20 % of the entries',
      { canEndProcess: true, losesData: true },
    ],
    [
      {
        kind: 'dependency.latency',
        target,
        service: 'lambda',
        delay: { min: 100, max: 400 },
        rate: 0.000001,
      },
      '0.0001 % of the calls from checkout to lambda take 100 ms to 400 ms longer',
      { canEndProcess: true, losesData: false },
    ],
    [
      {
        kind: 'invocation.latency',
        target,
        delay: { p50: 200, p99: 2000 },
        when: 'after',
        untilTimeout: true,
      },
      'all invocations of checkout wait about 200 ms (99 % below 2 s) before its answer is handed over, into its timeout if need be',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'invocation.error', target, name: 'Broken', rate: 0.025 },
      '2.5 % of the invocations of checkout fail with Broken instead of running their handler',
      { canEndProcess: false, losesData: true },
    ],
    [
      { kind: 'sandbox.memory', target, fill: 0.8 },
      'all invocations of checkout run with 80 % of its memory taken up',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'sandbox.memory', target, bytes: 100 * 1024 * 1024, rate: 0.5 },
      'half of the invocations of checkout run with 100 MB more of its memory taken up',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'sandbox.disk', target, fill: 0.95 },
      'all invocations of checkout run with 95 % of /tmp taken up',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'sandbox.cpu', target, load: 0.5 },
      'all invocations of checkout run beside a thread that burns 50 % of a CPU',
      { canEndProcess: true, losesData: false },
    ],
    [
      { kind: 'sandbox.cpu', target, load: 1, threads: 2 },
      'all invocations of checkout run beside 2 threads that each burn 100 % of a CPU',
      { canEndProcess: true, losesData: false },
    ],
    [
      { kind: 'sandbox.exit', target, code: 137, when: 'after', rate: 0.1 },
      '10 % of the invocations of checkout end with their process (exit code 137) after their handler has run',
      { canEndProcess: true, losesData: true },
    ],
    [
      { kind: 'sandbox.cold-start', target, every: 0.1, rate: 0.5 },
      '5 % of the good answers of checkout are the last of their process: a cold start follows',
      { canEndProcess: true, losesData: true },
    ],
  ];
  it.each(sentences)('%j', (fault, sentence, { canEndProcess, losesData }) => {
    const module = moduleOf(fault);
    expect(module.explain(fault)).toBe(sentence);
    expect(module.canEndProcess).toBe(canEndProcess);
    expect(module.losesDataWhenAsynchronous(fault)).toBe(losesData);
    expect(module.problem(fault)).toBeUndefined();
  });

  const dynamodb = { kind: 'dependency.error', target, service: 'dynamodb', error: 'throttle' } as const;
  const contradictions: [InFunctionFault, RegExp][] = [
    [
      { ...dynamodb, service: 'lambda', error: 'SlowDown' },
      /^lambda never answers SlowDown; it is an error of s3; lambda can answer TooManyRequestsException, ServiceException, ResourceNotReadyException and \d+ more .*; any service: throttle, server-error$/,
    ],
    [
      { ...dynamodb, service: 'logs', error: 'SlowDown' },
      /^The errors of logs are not known; any service can answer throttle, server-error$/,
    ],
    [
      { ...dynamodb, service: 'eventbridge' },
      /^No request is signed for a service "eventbridge"; did you mean "events"\?$/,
    ],
    [{ ...dynamodb, service: 'dynamdb' }, /did you mean "dynamodb"\?$/],
    [{ ...dynamodb, operations: ['GetItem', 'GetItm'] }, /^dynamodb has no operation GetItm; one of /],
    [{ ...dynamodb, service: 'lambda', operations: ['Invok'] }, /^lambda has no operation Invok; one of /],
    [
      { ...dynamodb, operations: ['ListTables'], resource: 'orders' },
      /^ListTables names no table; leave the operation out, or the resource$/,
    ],
    [
      { ...dynamodb, service: 's3', operations: ['ListBuckets'], resource: 'orders' },
      /^ListBuckets names no bucket/,
    ],
    [
      { ...dynamodb, resource: 'arn:aws:sqs:eu-west-1:123456789012:orders' },
      /orders is no table; the name or the ARN of a table of dynamodb$/,
    ],
    [
      { ...dynamodb, service: 'logs', resource: 'orders' },
      /^Which resource a call of logs means cannot be told; no resource; it can be told for dynamodb \(table\), /,
    ],
    [
      { ...dynamodb, error: 'PartialFailure' },
      /^Calls of dynamodb cannot fail in part; only PutEvents of events can$/,
    ],
    [
      { ...dynamodb, entries: 0.5 },
      /^A call that is answered throttle fails as a whole; no entries, or the error PartialFailure$/,
    ],
    [
      { ...dynamodb, service: 'events', operations: ['PutRule'], error: 'PartialFailure' },
      /^PutRule cannot fail in part/,
    ],
    [
      { kind: 'dependency.latency', target, service: 'lambda', operations: ['Invok'], delay: 1 },
      /^lambda has no operation Invok/,
    ],
  ];
  it.each(contradictions)('what can never happen is refused, with what can: %j', (fault, problem) => {
    expect(moduleOf(fault).problem(fault)).toMatch(problem);
  });

  it.each(['logs', 'ses', 'sts', 'ecs', 'monitoring', 'kinesisvideo', 's3express'])(
    'any other name is taken as one that requests are signed for: %s',
    (service) => {
      const fault: InFunctionFault = { ...dynamodb, service };
      expect(moduleOf(fault).problem(fault)).toBeUndefined();
    },
  );
});
