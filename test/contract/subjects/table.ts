import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { tableThroughput } from '../../../src/faults/changers/table-throughput.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { FakeAutoScaling } from '../../support/aws/fake-auto-scaling.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeDynamoDb } from '../../support/aws/fake-dynamodb.ts';
import type { OthersChange, Resource, Subject } from '../changer-bench.ts';
import { asJson, besides, targetOf, onSetting } from './support.ts';

export type TableKind = 'provisioned' | 'scaled' | 'on demand' | 'on demand with a maximum';

export const throttled: ControlPlaneFault = {
  kind: 'dynamodb.throttle',
  target: 'target',
  readUnits: 2,
  writeUnits: 3,
};

const provisioned = (reads: number, writes: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: reads, WriteCapacityUnits: writes },
});
const descriptions: Readonly<Record<TableKind, Partial<TableDescription>>> = {
  provisioned: {
    ...provisioned(20, 30),
    // Of the second one no reads are lowered.
    GlobalSecondaryIndexes: [
      { IndexName: 'by-customer', IndexStatus: 'ACTIVE', ...provisioned(10, 30) },
      { IndexName: 'by-day', IndexStatus: 'ACTIVE', ...provisioned(1, 30) },
    ],
  },
  scaled: {
    ...provisioned(20, 30),
    GlobalSecondaryIndexes: [{ IndexName: 'by-customer', IndexStatus: 'ACTIVE', ...provisioned(10, 30) }],
  },
  'on demand': {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ...provisioned(0, 0),
    GlobalSecondaryIndexes: [{ IndexName: 'by-customer', IndexStatus: 'ACTIVE', ...provisioned(0, 0) }],
  },
  'on demand with a maximum': {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    OnDemandThroughput: { MaxReadRequestUnits: 100 },
  },
};

/** Tables of one account. */
export class Tables {
  readonly dynamoDb = new FakeDynamoDb();
  readonly scaling = new FakeAutoScaling(this.dynamoDb);
  readonly aws = new FakeAws({
    DynamoDB: this.dynamoDb.service,
    ApplicationAutoScaling: this.scaling.service,
  });
  #n = 0;

  make(kind: TableKind): Resource {
    const name = `table-${(this.#n += 1)}`;
    const arn = this.dynamoDb.add(name, structuredClone(descriptions[kind]));
    if (kind === 'scaled') {
      this.scaling.add(`table/${name}`, 'dynamodb:table:ReadCapacityUnits', {
        // Suspended by others before us, and so it must stay.
        SuspendedState: { DynamicScalingInSuspended: true },
      });
      this.scaling.add(`table/${name}`, 'dynamodb:table:WriteCapacityUnits');
      this.scaling.add(`table/${name}/index/by-customer`, 'dynamodb:index:ReadCapacityUnits');
    }
    return {
      target: targetOf('table', name, arn),
      process: () => this.aws.clients(),
      describe: () => Promise.resolve(this.#describe(name)),
      others: this.#others(name, kind),
      remove: () => Promise.resolve(void this.dynamoDb.tables.delete(name)),
    };
  }

  description(name: string): TableDescription {
    return this.dynamoDb.table(name).description;
  }

  #others(name: string, kind: TableKind): Readonly<Record<string, OthersChange>> {
    const table = (): TableDescription => this.description(name);
    const common = {
      'deletion protection': besides(() => Object.assign(table(), { DeletionProtectionEnabled: true })),
      'another table class': besides(() =>
        Object.assign(table(), { TableClassSummary: { TableClass: 'STANDARD' } }),
      ),
    };
    if (kind === 'on demand' || kind === 'on demand with a maximum')
      return {
        ...common,
        'another maximum of reads': onSetting(() =>
          Object.assign(table(), {
            OnDemandThroughput: { ...table().OnDemandThroughput, MaxReadRequestUnits: 77 },
          }),
        ),
      };
    return {
      ...common,
      'another capacity of the table': onSetting(() => Object.assign(table(), provisioned(50, 60))),
      'another capacity of an index': onSetting(() =>
        Object.assign(table().GlobalSecondaryIndexes?.[0] ?? {}, provisioned(40, 30)),
      ),
      'an index deleted': onSetting(() => table().GlobalSecondaryIndexes?.shift()),
      'no capacity any more': onSetting(() =>
        Object.assign(table(), {
          BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
          ...provisioned(0, 0),
          GlobalSecondaryIndexes: table().GlobalSecondaryIndexes?.map((index) => ({
            ...index,
            ...provisioned(0, 0),
          })),
        }),
      ),
    };
  }

  #describe(name: string): ReturnType<typeof asJson> {
    const found = this.dynamoDb.tables.get(name);
    if (found === undefined) return null;
    const { TableName: _, TableArn: __, ...description } = found.description;
    const scaled = this.scaling.targets
      .map(({ target }) => target)
      .filter(({ ResourceId = '' }) => {
        const [, table, , index] = ResourceId.split('/');
        const isThere = found.description.GlobalSecondaryIndexes?.some((one) => one.IndexName === index);
        // What scaled an index that is gone scales nothing.
        return table === name && (index === undefined || isThere === true);
      })
      .map(({ ResourceId: ___, ScalableTargetARN: ____, SuspendedState, ...rest }) => ({
        ...rest,
        DynamicScalingInSuspended: SuspendedState?.DynamicScalingInSuspended ?? false,
        DynamicScalingOutSuspended: SuspendedState?.DynamicScalingOutSuspended ?? false,
        ScheduledScalingSuspended: SuspendedState?.ScheduledScalingSuspended ?? false,
      }));
    return asJson({ description, scaled });
  }
}

export function tableSubject(kind: TableKind): Subject {
  const tables = new Tables();
  return {
    changer: tableThroughput,
    faults: [throttled],
    make: () => Promise.resolve(tables.make(kind)),
  };
}
