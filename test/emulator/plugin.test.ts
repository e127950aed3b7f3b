import { ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { FunctionTable } from '../../src/adapters/function-table.ts';
import { wait } from '../../src/adapters/system-clock.ts';
import { ensureTable } from '../../src/adapters/tables.ts';
import { doseOf } from '../layer/support/doses.ts';
import { copyFixture, type Fixture } from '../serverless/support.ts';
import type { Clients } from './harness/clients.ts';
import { deploy, serverless } from './harness/deploy.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';
import { until } from './harness/until.ts';

const tableName = 'inoculate-test-functions';
const wrapper = '/opt/inoculate/wrapper';
const role = 'attached-test-eu-central-1-lambdaRole';
const deployed = (key: string): string => `attached-test-${key}`;
const targets = (list: string) => (yaml: string) => yaml.replace(/targets: \[.*\] /, `targets: [${list}] `);

describeWithEmulator('a service deployed with the plugin', () => {
  let emulator: Emulator;
  let clients: Clients;
  let fixture: Fixture;
  let before: unknown;

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
    fixture = await copyFixture('attached');
    await ensureTable(clients.dynamodb, tableName);
    await deploy(emulator, fixture.service);
    before = await description();
    await fixture.edit(targets('plain, wrapped'));
    await deploy(emulator, fixture.service);
    emulator.recorder.clear();
  });

  afterAll(async () => {
    await emulator.stop();
    await fixture.remove();
  });

  async function describeFunction(key: string) {
    const command = new GetFunctionCommand({ FunctionName: deployed(key) });
    const { Configuration = {}, Tags } = await clients.lambda.send(command);
    const { Layers = [], Environment, Handler, Runtime, Role, Timeout, MemorySize } = Configuration;
    const layers = Layers.map(({ Arn }) => Arn);
    const variables = { ...Environment?.Variables };
    return { layers, variables, Handler, Runtime, Role, Timeout, MemorySize, tags: { ...Tags } };
  }

  /** All that the plugin could have changed. */
  async function description() {
    const functions = await Promise.all(['plain', 'wrapped', 'bystander'].map(describeFunction));
    const { PolicyNames } = await clients.iam.send(new ListRolePoliciesCommand({ RoleName: role }));
    return { functions, policies: PolicyNames };
  }

  async function invoke(
    key: string,
  ): Promise<{ readonly payload: unknown; readonly error: string | undefined }> {
    const { Payload, FunctionError } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: deployed(key), Payload: '{}' }),
    );
    return { payload: JSON.parse(Buffer.from(Payload ?? []).toString()), error: FunctionError };
  }

  it('runs as before, on both runtimes, with the wrapper that was there', async () => {
    expect(await invoke('plain')).toEqual({
      payload: { wrapped: 'no', greeting: 'hello' },
      error: undefined,
    });
    expect(await invoke('wrapped')).toEqual({
      payload: { wrapped: 'yes', greeting: 'hello' },
      error: undefined,
    });
  });

  it.each(['plain', 'wrapped'])('brings faults into a target and counts them (%s)', async (key) => {
    const table = new FunctionTable(new DynamoDbTable(clients.dynamodb, tableName, wait));
    const fault = { kind: 'invocation.error', target: 'any', name: 'Planted', message: 'planted' } as const;
    const dose = doseOf([fault], { function: deployed(key), stalenessMs: 2000 });
    await table.writeDose(dose);
    // Half of the invocations, once the layer has found the dose.
    await until(async () => (await invoke(key)).error !== undefined);
    await until(async () => {
      const { items } = await table.readTelemetry(deployed(key), dose.runId);
      return items.some(({ groups }) => groups.experimental.failed > 0);
    });
    await table.clearDose(deployed(key), dose.epoch);
  });

  it('has its permissions in a policy of their own, beside those of the role', async () => {
    const { policies } = await description();
    expect([...(policies ?? [])].sort()).toEqual(['attached-test-lambda', 'inoculate']);
  });

  it('asks the table for nothing but its own keys', async () => {
    await until(
      () => emulator.recorder.calls({ principal: deployed('wrapped'), action: 'PutItem' }).length > 0,
    );
    for (const key of ['plain', 'wrapped']) {
      const calls = emulator.recorder.calls({ principal: deployed(key) });
      const asked = calls.map(({ action, input }) => {
        const item = (input['Key'] ?? input['Item']) as { readonly pk: { readonly S: string } };
        return `${action} ${String(input['TableName'])} ${item.pk.S}`;
      });
      expect([...new Set(asked)].sort()).toEqual([
        `GetItem ${tableName} dose#${deployed(key)}`,
        `PutItem ${tableName} telemetry#${deployed(key)}`,
      ]);
    }
    expect(emulator.recorder.calls({ principal: deployed('bystander') })).toEqual([]);
  });

  it('keeps the layer of a function that is deployed by itself', async () => {
    const attached = await describeFunction('wrapped');
    await serverless(
      emulator,
      fixture.service,
      ['deploy', 'function', '--function', 'wrapped', '--stage', 'test', '--region', emulator.region],
      { env: { GREETING: 'good day' } },
    );
    expect(await describeFunction('wrapped')).toEqual({
      ...attached,
      variables: { ...attached.variables, GREETING: 'good day' },
    });
    expect(attached.variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: wrapper,
      INOCULATE_TABLE: tableName,
    });
  });

  it('keeps the layer’s version while the layer is the same', async () => {
    const { layers } = await describeFunction('plain');
    await deploy(emulator, fixture.service, { env: { GREETING: 'good evening' } });
    expect(await describeFunction('plain')).toMatchObject({
      layers,
      variables: { GREETING: 'good evening' },
    });
  });

  it('is as it was, field by field, when it names no targets any more', async () => {
    await fixture.edit(targets(''));
    await deploy(emulator, fixture.service);
    expect(await description()).toEqual(before);
  });
});
