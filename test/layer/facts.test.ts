import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { errorsByService, statusOf, type AwsErrorName, type Service } from '../../src/layer/aws-errors.ts';
import { lambdaOperations, lambdaRequest } from '../../src/layer/calls/lambda-api.ts';
import { faultSchemas } from '../../src/generated/catalogue.ts';
import { moduleOf } from '../../src/layer/faults/of.ts';
import type { InFunctionFault } from '../../src/generated/types.ts';

const require = createRequire(import.meta.url);
const target = 'checkout';

/** The service's model as the SDK ships it: error name → traits, operation → [method, path]. */
function modelOf(service: Service): { errors: Map<string, string>; operations: Map<string, string> } {
  const path = require
    .resolve(`@aws-sdk/client-${service}`)
    .replace(/dist-cjs.*$/, 'dist-es/schemas/schemas_0.js');
  const text = readFileSync(path, 'utf8');
  const names = new Map(
    [...text.matchAll(/^const (_\w+) = "([^"]*)";/gm)].map(([, key, name]) => [key, name]),
  );
  const named = (pattern: RegExp): Map<string, string> =>
    new Map([...text.matchAll(pattern)].map(([, key, value]) => [names.get(key ?? '') ?? '', value ?? '']));
  return {
    errors: named(/\[-3, \w+, (_\w+),\s*\{ ([^\n]*) \},/g),
    operations: named(/\[9, \w+, (_\w+),\s*\{ \[_h\]: \[([^\]]*)\]/g),
  };
}

describe.each(['dynamodb', 'lambda'] as const)('errors of %s', (service) => {
  it('are modelled by the installed SDK with the status that is sent', () => {
    const { errors } = modelOf(service);
    for (const name of errorsByService[service]) {
      const traits = errors.get(name);
      expect({ name, known: traits !== undefined }).toEqual({ name, known: true });
      const [, explicit] = /\[_hE\]: (\d+)/.exec(traits ?? '') ?? [];
      const implied = traits?.includes('[_e]: _se') ? 500 : 400;
      expect({ name, status: statusOf(service, name as AwsErrorName) }).toEqual({
        name,
        status: Number(explicit ?? implied),
      });
    }
  });
});

it('every error that a file may name can come from some service', () => {
  const inFiles = faultSchemas['dependency.error'].properties?.['error']?.enum;
  expect([...errorsByService.dynamodb, ...errorsByService.lambda].sort()).toEqual(
    [...(inFiles ?? [])].sort(),
  );
});

it('operations of Lambda have the method and path of the installed model', () => {
  const { operations } = modelOf('lambda');
  for (const [name, route] of Object.entries(lambdaOperations)) {
    const [, method, path] = /^"(\w+)", "([^"]+)"/.exec(operations.get(name) ?? '') ?? [];
    expect({ name, route }).toEqual({ name, route: `${method} ${path}` });
  }
  expect(lambdaRequest('POST', '/2015-03-31/functions/pricing%3Alive/invocations?Qualifier=1')).toEqual({
    operation: 'Invoke',
    functionName: 'pricing:live',
  });
  expect(lambdaRequest('GET', '/2015-03-31/functions/pricing/invocations')).toBeUndefined();
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

  it('a combination that can never happen is refused, with what can', () => {
    const fault: InFunctionFault = {
      kind: 'dependency.error',
      target,
      service: 'lambda',
      error: 'ThrottlingException',
    };
    expect(moduleOf(fault).problem(fault)).toBe(
      'lambda never answers ThrottlingException; it can answer TooManyRequestsException, ServiceException, ResourceNotReadyException',
    );
    const unknown: InFunctionFault = {
      kind: 'dependency.latency',
      target,
      service: 'lambda',
      operations: ['Invok'],
      delay: 1,
    };
    expect(moduleOf(unknown).problem(unknown)).toMatch(/lambda Invok cannot be told apart/);
  });
});
