import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { lambdaConcurrency } from '../../../src/faults/changers/lambda-concurrency.ts';
import { lambdaConfiguration } from '../../../src/faults/changers/lambda-configuration.ts';
import type { OthersChange, Resource } from '../../contract/changer-bench.ts';
import { functionTarget, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import {
  besides,
  type Emulated,
  onEmulator,
  onSetting,
  orNull,
  settling,
  describeOnEmulator,
} from './emulated.ts';

type Others = (on: Emulated, FunctionName: string) => Readonly<Record<string, OthersChange>>;

/** A function that is never invoked; its code is an empty archive. */
async function makeFunction(on: Emulated, others: Others, reserved?: number): Promise<Resource> {
  const { lambda } = on.clients;
  const FunctionName = on.name();
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/target',
      Code: { ZipFile: emptyArchive },
      Tags: { inoculate: 'allow' },
    }),
  );
  const read = () =>
    orNull(lambda.send(new GetFunctionCommand({ FunctionName })), 'ResourceNotFoundException');
  const isSettled = async (): Promise<boolean> => {
    const { State, LastUpdateStatus } = (await read())?.Configuration ?? {};
    return State !== 'Pending' && LastUpdateStatus !== 'InProgress';
  };
  await until(isSettled);
  if (reserved !== undefined)
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved }),
    );
  const resource = {
    target: functionTarget(FunctionName, FunctionArn),
    process: () => on.process(),
    describe: async () => {
      const found = await read();
      if (found === null) return null;
      const { Configuration, Concurrency = null, Tags = null } = found;
      const identity = ['FunctionName', 'FunctionArn', 'RevisionId', 'LastModified', 'LoggingConfig'];
      return without({ Concurrency, Tags, configuration: await without(Configuration, ...identity) });
    },
    others: others(on, FunctionName),
    remove: async () => void (await lambda.send(new DeleteFunctionCommand({ FunctionName }))),
  };
  return settling(resource, isSettled);
}

const update =
  ({ clients }: Emulated, FunctionName: string, change: object) =>
  () =>
    clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }));

const onConcurrency: Others = (on, FunctionName) => ({
  'another reserved concurrency': onSetting(() =>
    on.clients.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 50 }),
    ),
  ),
  'another timeout': besides(update(on, FunctionName, { Timeout: 9 })),
});

const onReserved: Others = (on, FunctionName) => ({
  ...onConcurrency(on, FunctionName),
  'no reserved concurrency': onSetting(() =>
    on.clients.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
  ),
});

const onConfiguration: Others = (on, FunctionName) => ({
  'another timeout': onSetting(update(on, FunctionName, { Timeout: 60 })),
  'another memory': onSetting(update(on, FunctionName, { MemorySize: 3008 })),
  'another description': besides(update(on, FunctionName, { Description: 'deployed' })),
});

// The end of an archive's directory, with nothing before it.
const emptyArchive = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

describeWithEmulator('functions, as the emulator has them', () => {
  const throttle = {
    changer: lambdaConcurrency,
    faults: [{ kind: 'lambda.throttle', target: 'checkout', concurrency: 2 }],
  } as const;
  describeOnEmulator(
    'reserved concurrency, where there was none',
    () => onEmulator(throttle, (on) => makeFunction(on, onConcurrency)),
    { histories: 4 },
  );
  describeOnEmulator(
    'reserved concurrency, where there was one',
    () => onEmulator(throttle, (on) => makeFunction(on, onReserved, 7)),
    { histories: 4 },
  );
  const configuration = {
    changer: lambdaConfiguration,
    faults: [
      { kind: 'lambda.timeout', target: 'checkout', timeout: 2_000 },
      { kind: 'lambda.memory', target: 'checkout', memoryMb: 256 },
    ],
  } as const;
  describeOnEmulator(
    'timeout and memory',
    () => onEmulator(configuration, (on) => makeFunction(on, onConfiguration)),
    { histories: 4, conditional: true },
  );
});
