import { resolve } from 'node:path';
import type { InFunctionFault } from '../../src/generated/types.ts';
import type { KnownService } from '../../src/layer/aws/resources.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type Sandbox } from './support/sandbox.ts';
import { LocalServer, startDependency } from './support/server.ts';

// One error for each protocol and each way in which a client treats it, under AWS's own runtime client. The whole table
// is proved in one process, in catalogue.test.ts.

let built: Built;
let dependency: LocalServer;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll(resolve(import.meta.dirname, 'functions-aws'));
  dependency = await startDependency();
});
afterAll(async () => {
  await dependency.stop();
  built.remove();
});

const target = 'checkout';
const experimental = (): string => idIn('experimental', doseOf([]));

const resources: Partial<Record<KnownService, string>> = { kms: 'alias/orders', ssm: '/orders' };

/** service, operation, error, name, own class, status, attempts */
const rows: readonly (readonly [KnownService, string, string, string, boolean, number, number])[] = [
  ['dynamodb', 'GetItem', 'ConditionalCheckFailedException', 'ConditionalCheckFailedException', true, 400, 1],
  ['lambda', 'Invoke', 'ResourceNotReadyException', 'ResourceNotReadyException', true, 502, 3],
  ['s3', 'GetObject', 'SlowDown', 'SlowDown', false, 503, 3],
  ['s3', 'GetObject', 'NoSuchKey', 'NoSuchKey', true, 404, 1],
  ['sqs', 'SendMessage', 'RequestThrottled', 'RequestThrottled', true, 403, 3],
  ['sqs', 'SendMessage', 'OverLimit', 'OverLimit', true, 403, 1],
  ['sns', 'Publish', 'InternalError', 'InternalErrorException', true, 500, 3],
  ['events', 'PutEvents', 'ThrottlingException', 'ThrottlingException', true, 400, 3],
  ['states', 'StartExecution', 'throttle', 'ThrottlingException', false, 400, 3],
  ['secretsmanager', 'GetSecretValue', 'InternalServiceError', 'InternalServiceError', true, 500, 3],
  ['ssm', 'GetParameter', 'server-error', 'InternalServerError', true, 500, 3],
  ['kinesis', 'PutRecord', 'ExpiredIteratorException', 'ExpiredIteratorException', true, 400, 1],
  ['kms', 'Encrypt', 'KMSInternalException', 'KMSInternalException', true, 500, 3],
];

const FAULTS_IN_A_DOSE = 10;

/** One fault for each row, which only the invocation of that row gets: so a warm sandbox can go through all of them. */
const faults: InFunctionFault[] = [
  ...rows.map(([service, operation, error], row): InFunctionFault => {
    const resource = resources[service] ?? 'orders';
    const match = [{ path: 'row', equals: row }];
    return { kind: 'dependency.error', target, service, operations: [operation], resource, error, match };
  }),
  {
    kind: 'dependency.error',
    target,
    service: 'kinesis',
    error: 'throttle',
    match: [{ path: 'ownHandler', equals: true }],
  },
];

describe.each(nodeVersions)('F12, F13, F16: the real clients under %s', (node) => {
  describe.each(['esm', 'cjs'])('bundled to %s', (format) => {
    const started: Sandbox[] = [];
    beforeAll(async () => {
      for (let at = 0; at < faults.length; at += FAULTS_IN_A_DOSE) {
        const dose = doseOf(faults.slice(at, at + FAULTS_IN_A_DOSE));
        const env = { INOCULATE_DOSE: JSON.stringify(dose) };
        const handler = `${format}/aws.call`;
        started.push(await sandboxes.start({ task: built.task, opt: built.opt, handler, node, env }));
      }
    });
    const invoke = async (event: object, row: number): Promise<unknown> =>
      (await started[Math.floor(row / FAULTS_IN_A_DOSE)]?.invoke(event, experimental()))?.value;

    afterAll(() => sandboxes.stop());

    it.each(rows.map((row, index) => [...row, index] as const))(
      '%s %s: %s',
      async (service, _operation, _error, name, isOwnClass, status, attempts, row) => {
        const value = await invoke({ service, endpoint: dependency.url, row }, row);
        expect(value).toEqual({
          name,
          isOwnClass,
          fault: status < 500 ? 'client' : 'server',
          message: expect.stringMatching(/./),
          status,
          attempts,
        });
        expect(dependency.seen).toEqual([]);
      },
    );

    it('Kinesis is throttled over HTTP/2, as its client speaks by itself', async () => {
      const event = { service: 'kinesis', endpoint: dependency.url, ownHandler: true };
      const value = await invoke(event, rows.length);
      expect(value).toMatchObject({
        name: 'ProvisionedThroughputExceededException',
        isOwnClass: true,
        status: 400,
        attempts: 3,
      });
    });
  });

  it('entries of PutEvents that fail were never sent, and the others were', async () => {
    const bus = await LocalServer.start((seen, response) => {
      const { Entries } = JSON.parse(seen.body) as { Entries: { Detail: string }[] };
      const results = Entries.map(({ Detail }) => ({ EventId: Detail }));
      response.end(JSON.stringify({ FailedEntryCount: 0, Entries: results }));
    });
    const fault = { kind: 'dependency.error', target, service: 'events', error: 'PartialFailure' } as const;
    const sandbox = await sandboxes.start({
      task: built.task,
      opt: built.opt,
      handler: 'esm/aws.put',
      node,
      env: { INOCULATE_DOSE: JSON.stringify(doseOf([fault])) },
    });
    const id = experimental();
    const { value } = await sandbox.invoke({ endpoint: bus.url }, id);
    const { failed, results } = value as { failed: number; results: string[] };
    const arrived = bus.seen.flatMap(({ body }) =>
      (JSON.parse(body) as { Entries: { Detail: string }[] }).Entries.map(({ Detail }) => Detail),
    );
    const accepted = results.filter((result) => result.startsWith('{'));
    expect(results).toHaveLength(10);
    expect(arrived).toEqual(accepted);
    expect(failed).toBe(10 - accepted.length);
    expect(bus.seen.length).toBeLessThanOrEqual(1);
    await bus.stop();
    await sandboxes.stop();
  });
});
