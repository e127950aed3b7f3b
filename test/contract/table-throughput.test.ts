import type { ControlPlaneFault } from '../../src/generated/types.ts';
import { tableThroughput } from '../../src/faults/changers/table-throughput.ts';
import { changesSomething } from '../support/aws/watched-aws.ts';
import { Bench, type Resource } from './changer-bench.ts';
import { describeChanger } from './changer-contract.ts';
import { type TableKind, Tables, tableSubject, throttled } from './subjects/table.ts';

describeChanger('throughput of a provisioned table', () => tableSubject('provisioned'));
describeChanger('throughput of a table that is scaled', () => tableSubject('scaled'));
describeChanger('throughput of an on-demand table', () => tableSubject('on demand'));
describeChanger('throughput of an on-demand table that has a maximum', () =>
  tableSubject('on demand with a maximum'),
);

describe('throughput of a table', () => {
  const open = (
    kind: TableKind,
    fault: ControlPlaneFault = throttled,
  ): { tables: Tables; resource: Resource; bench: Bench } => {
    const tables = new Tables();
    const resource = tables.make(kind);
    const make = () => Promise.resolve(resource);
    return {
      tables,
      resource,
      bench: new Bench({ changer: tableThroughput, faults: [fault], make }, resource),
    };
  };

  it('suspends scaling before it lowers, and resumes it after it has restored: scaling would move the capacity', async () => {
    const { resource, bench } = open('scaled');
    await bench.capture();
    const [applying, reverting] = [resource.process(), resource.process()];
    await bench.apply(applying);
    await bench.revert(reverting);
    const [register, update] = ['RegisterScalableTarget', 'UpdateTable'];
    const changes = [applying, reverting].map((aws) =>
      aws.calls.filter(changesSomething).map((c) => c.action),
    );
    expect(changes).toEqual([
      [register, register, register, update],
      [update, register, register, register],
    ]);
  });

  it('resumes scaling only once the capacity is back, while DynamoDB takes its time', async () => {
    const { tables, resource, bench } = open('scaled');
    const before = await resource.describe();
    await bench.capture();
    await bench.apply();
    tables.dynamoDb.instant = false;
    expect(await bench.revert()).toMatchObject({ read: 'ours' });
    // Nothing more can be done yet, and nothing fails.
    const waiting = resource.process();
    expect(await bench.revert(waiting)).toMatchObject({ read: 'ours' });
    expect(waiting.calls.filter(changesSomething)).toEqual([]);
    tables.dynamoDb.settle();
    expect(await bench.revert()).toEqual({ read: 'clean', detail: '' });
    expect(await resource.describe()).toEqual(before);
  });

  it('takes back an apply that DynamoDB is still working on', async () => {
    const { tables, resource, bench } = open('provisioned');
    const before = await resource.describe();
    await bench.capture();
    tables.dynamoDb.instant = false;
    await bench.apply();
    expect(await bench.revert()).toMatchObject({ read: 'ours', detail: expect.stringContaining('UPDATING') });
    tables.dynamoDb.settle();
    tables.dynamoDb.instant = true;
    expect(await bench.revert()).toEqual({ read: 'clean', detail: '' });
    expect(await resource.describe()).toEqual(before);
  });

  it('does not begin while somebody else updates the table', async () => {
    const { tables, resource, bench } = open('provisioned');
    await bench.capture();
    Object.assign(tables.description(resource.target.id), { TableStatus: 'UPDATING' });
    await expect(bench.apply()).rejects.toMatchObject({ code: 'busy', unknown: false });
  });

  it('lowers reads of every index, and writes of the table alone; what is lower already stays', async () => {
    const { tables, resource, bench } = open('provisioned');
    await bench.capture();
    await bench.apply();
    expect(tables.description(resource.target.id)).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      GlobalSecondaryIndexes: [
        { ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 30 } },
        { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 30 } },
      ],
    });
  });

  it('leaves the indexes that are not named', async () => {
    const { tables, resource, bench } = open('provisioned', {
      ...throttled,
      indexes: [],
    } as ControlPlaneFault);
    await bench.capture();
    await bench.apply();
    const [index] = tables.description(resource.target.id).GlobalSecondaryIndexes ?? [];
    expect(index?.ProvisionedThroughput?.ReadCapacityUnits).toBe(10);
  });

  it('suspends no scaling of what it does not lower', async () => {
    const fault: ControlPlaneFault = { kind: 'dynamodb.throttle', target: 'target', writeUnits: 3 };
    const { resource, bench } = open('scaled', fault);
    await bench.capture();
    const aws = resource.process();
    await bench.apply(aws);
    expect(aws.calls.filter(changesSomething).map(({ input }) => input['ScalableDimension'])).toEqual([
      'dynamodb:table:WriteCapacityUnits',
      undefined,
    ]);
  });

  it('reads as drift the capacity that others have set, and resumes scaling all the same', async () => {
    const { tables, resource, bench } = open('scaled');
    await bench.capture();
    await bench.apply();
    await resource.others['no capacity any more']?.make();
    expect(await bench.revert()).toMatchObject({ read: 'drift', detail: expect.stringContaining('mode') });
    const states = tables.scaling.targets.map(
      ({ target }) => target.SuspendedState?.DynamicScalingOutSuspended,
    );
    expect(states).toEqual([false, false, false]);
  });

  it.each([
    [
      'scaling that does not carry the opt-in tag',
      'not-opted-in',
      (tables: Tables) => tables.scaling.targets.forEach((one) => (one.tags = {})),
    ],
    [
      'a capacity beyond the bounds of its scaling, which suspending would move',
      'beyond-scaling-bounds',
      (tables: Tables) => tables.scaling.targets.forEach(({ target }) => (target.MinCapacity = 25)),
    ],
    [
      'a table with replicas in other Regions',
      'global-table',
      (tables: Tables, name: string) =>
        Object.assign(tables.description(name), { Replicas: [{ RegionName: 'us-east-1' }] }),
    ],
    [
      'a table that is lower than the fault would make it',
      'nothing-to-change',
      (tables: Tables, name: string) =>
        Object.assign(tables.description(name), {
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          GlobalSecondaryIndexes: undefined,
        }),
    ],
  ])('refuses %s', async (_, code, prepare) => {
    const { tables, resource, bench } = open('scaled');
    prepare(tables, resource.target.id);
    const before = await resource.describe();
    await expect(bench.capture()).rejects.toMatchObject({ code, unknown: false });
    expect(await resource.describe()).toEqual(before);
  });

  it('refuses an index that the table does not have', async () => {
    const fault = { ...throttled, indexes: ['by-night'] } as ControlPlaneFault;
    const { bench } = open('provisioned', fault);
    await expect(bench.capture()).rejects.toMatchObject({ code: 'no-such-index', unknown: false });
  });
});
