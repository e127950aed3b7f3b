import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { lambdaEventSource } from '../../../src/faults/changers/lambda-event-source.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { targetOf, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { besides, type Emulated, onEmulator, orNull, settling, describeOnEmulator } from './emulated.ts';

async function makeMapping(on: Emulated): Promise<Resource> {
  const { lambda, sqs } = on.clients;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: on.name() }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const FunctionName = on.name();
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/target',
      Code: { ZipFile: emptyArchive },
    }),
  );
  const { UUID = '', EventSourceMappingArn = '' } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName,
      EventSourceArn: Attributes?.['QueueArn'],
      BatchSize: 10,
    }),
  );
  const read = () =>
    orNull(lambda.send(new GetEventSourceMappingCommand({ UUID })), 'ResourceNotFoundException');
  const identity = [
    '$metadata',
    'UUID',
    'EventSourceMappingArn',
    'EventSourceArn',
    'FunctionArn',
    'LastModified',
  ];
  const resource = {
    target: targetOf('event-source', UUID, EventSourceMappingArn),
    process: () => on.process(),
    describe: async () => without((await read()) ?? undefined, ...identity),
    others: {
      'another batch size': besides(() =>
        lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 3 })),
      ),
    },
    remove: async () => void (await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))),
  };
  return settling(resource, async () => {
    const { State } = (await read()) ?? {};
    return State !== 'Enabling' && State !== 'Disabling';
  });
}

// The end of an archive's directory, with nothing before it.
const emptyArchive = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

describeWithEmulator('event source mappings, as the emulator has them', () => {
  const pause = {
    changer: lambdaEventSource,
    faults: [{ kind: 'lambda.event-source-pause', target: 'checkout' }],
  } as const;
  describeOnEmulator('state', () => onEmulator(pause, makeMapping), { histories: 5 });
});
