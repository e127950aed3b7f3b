import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { tableThroughput } from '../../../src/faults/changers/table-throughput.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { asJson, besides, onSetting, targetOf } from '../../contract/subjects/support.ts';
import { throttled } from '../../contract/subjects/table.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Emulated, onEmulator, orNull, describeOnEmulator } from './emulated.ts';

const schema: Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'KeySchema'> = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'customer', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};
const index = {
  IndexName: 'by-customer',
  KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const units = (reads: number, writes: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: reads, WriteCapacityUnits: writes },
});

async function makeTable(
  on: Emulated,
  settings: Partial<CreateTableCommandInput>,
  scaled: Readonly<Record<string, ScalableDimension>>,
  another: Partial<UpdateTableCommandInput>,
): Promise<Resource> {
  const { dynamodb, autoScaling } = on.clients;
  const TableName = on.name();
  const Tags = [{ Key: 'inoculate', Value: 'allow' }];
  const { TableDescription } = await dynamodb.send(
    new CreateTableCommand({ TableName, ...schema, ...settings, Tags }),
  );
  const resources = Object.keys(scaled).map((suffix) => `table/${TableName}${suffix}`);
  for (const [suffix, ScalableDimension] of Object.entries(scaled))
    await autoScaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'dynamodb',
        ResourceId: `table/${TableName}${suffix}`,
        ScalableDimension,
        MinCapacity: 5,
        MaxCapacity: 100,
        SuspendedState: { ScheduledScalingSuspended: true },
        Tags: { inoculate: 'allow' },
      }),
    );
  const describe = async () => {
    const table = await orNull(
      dynamodb.send(new DescribeTableCommand({ TableName })),
      'ResourceNotFoundException',
    );
    if (table === null) return null;
    const {
      TableName: _,
      TableArn: __,
      TableId: ___,
      CreationDateTime: ____,
      GlobalSecondaryIndexes,
      ...rest
    } = table.Table ?? {};
    const indexes = GlobalSecondaryIndexes?.map(({ IndexArn: _____, ...one }) => one);
    return asJson({ rest, indexes, scaling: await scaling() });
  };
  const scaling = async () => {
    if (resources.length === 0) return [];
    const { ScalableTargets = [] } = await autoScaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb', ResourceIds: resources }),
    );
    return ScalableTargets.map(({ MinCapacity, MaxCapacity, SuspendedState, ScalableDimension }) =>
      JSON.stringify([
        ScalableDimension,
        MinCapacity,
        MaxCapacity,
        Object.entries(SuspendedState ?? {}).sort(),
      ]),
    ).sort();
  };
  const update = (change: Partial<UpdateTableCommandInput>) =>
    dynamodb.send(new UpdateTableCommand({ TableName, ...change }));
  return {
    target: targetOf('table', TableName, TableDescription?.TableArn ?? ''),
    process: () => on.process(),
    describe,
    others: {
      'another throughput': {
        ...onSetting(() => undefined),
        make: async () => void (await orNull(update(another), 'ValidationException')),
      },
      'deletion protection': {
        ...besides(() => undefined),
        make: async () => void (await update({ DeletionProtectionEnabled: true })),
      },
    },
    async remove() {
      await update({ DeletionProtectionEnabled: false });
      await dynamodb.send(new DeleteTableCommand({ TableName }));
    },
  };
}

const provisioned: Partial<CreateTableCommandInput> = {
  ...units(20, 30),
  GlobalSecondaryIndexes: [{ ...index, ...units(10, 30) }],
};
const onDemand: Partial<CreateTableCommandInput> = {
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [index],
};
const of = { changer: tableThroughput, faults: [throttled] } as const;
const options = { histories: 10 };

describeWithEmulator('throughput of tables, as the emulator has them', () => {
  describeOnEmulator(
    'provisioned',
    () => onEmulator(of, (on) => makeTable(on, provisioned, {}, units(50, 60))),
    options,
  );
  describeOnEmulator(
    'scaled',
    () =>
      onEmulator(of, (on) =>
        makeTable(
          on,
          provisioned,
          {
            '': 'dynamodb:table:ReadCapacityUnits',
            '/index/by-customer': 'dynamodb:index:ReadCapacityUnits',
          },
          units(50, 60),
        ),
      ),
    options,
  );
  describeOnEmulator(
    'on demand',
    () =>
      onEmulator(of, (on) =>
        makeTable(
          on,
          onDemand,
          {},
          { OnDemandThroughput: { MaxReadRequestUnits: 77, MaxWriteRequestUnits: 7 } },
        ),
      ),
    options,
  );
});
