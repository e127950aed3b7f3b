import type { ScalableDimension } from '@aws-sdk/client-application-auto-scaling';
import type {
  GlobalSecondaryIndexUpdate,
  TableDescription,
  UpdateTableInput,
} from '@aws-sdk/client-dynamodb';

/** Reads or writes of a table, or of one of its indexes: what has a throughput of its own. */
export interface Dimension {
  /** Null: the table itself. */
  readonly index: string | null;
  readonly access: 'read' | 'write';
  /** Null: no limit is set, which only an on-demand table knows. */
  readonly units: number | null;
}

/** Also how the setting is named in undo records. */
export function nameOf({ index, access }: Pick<Dimension, 'index' | 'access'>): string {
  return index === null ? access : `index/${index}/${access}`;
}

export function modeOf({ BillingModeSummary }: TableDescription): string {
  return BillingModeSummary?.BillingMode ?? 'PROVISIONED';
}

export function dimensionsOf(table: TableDescription): readonly Dimension[] {
  const isProvisioned = modeOf(table) === 'PROVISIONED';
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => ({
    ...index,
    index: index.IndexName ?? '',
  }));
  return [{ ...table, index: null }, ...indexes].flatMap(
    ({ index, ProvisionedThroughput: provisioned, OnDemandThroughput: most }): Dimension[] => [
      {
        index,
        access: 'read',
        units: isProvisioned ? (provisioned?.ReadCapacityUnits ?? null) : set(most?.MaxReadRequestUnits),
      },
      {
        index,
        access: 'write',
        units: isProvisioned ? (provisioned?.WriteCapacityUnits ?? null) : set(most?.MaxWriteRequestUnits),
      },
    ],
  );
}

/** DynamoDB writes -1 for no maximum. */
function set(units: number | undefined): number | null {
  return units === undefined || units < 1 ? null : units;
}

/** What DynamoDB is still doing to the table, for people. */
export function pendingOf(table: TableDescription): string | undefined {
  if (table.TableStatus !== 'ACTIVE') return `table ${table.TableName} is ${table.TableStatus}`;
  const index = table.GlobalSecondaryIndexes?.find(({ IndexStatus }) => IndexStatus === 'UPDATING');
  return index && `index ${index.IndexName} is UPDATING`;
}

/** The one call that gives these dimensions their throughput and leaves all others as they are now. */
export function updateOf(table: TableDescription, changed: readonly Dimension[]): UpdateTableInput {
  const all = dimensionsOf(table).map((now) => changed.find((one) => nameOf(one) === nameOf(now)) ?? now);
  const throughputOf = (index: string | null): Throughput => {
    const units = (access: Dimension['access']): number | null =>
      all.find((one) => one.index === index && one.access === access)?.units ?? null;
    return modeOf(table) === 'PROVISIONED'
      ? {
          ProvisionedThroughput: {
            ReadCapacityUnits: units('read') ?? undefined,
            WriteCapacityUnits: units('write') ?? undefined,
          },
        }
      : {
          OnDemandThroughput: {
            MaxReadRequestUnits: units('read') ?? -1,
            MaxWriteRequestUnits: units('write') ?? -1,
          },
        };
  };
  const indexes = new Set(changed.map(({ index }) => index));
  const updates = [...indexes].flatMap((index): GlobalSecondaryIndexUpdate[] =>
    index === null ? [] : [{ Update: { IndexName: index, ...throughputOf(index) } }],
  );
  return {
    TableName: table.TableName,
    ...(indexes.has(null) && throughputOf(null)),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  };
}

type Throughput = Pick<UpdateTableInput, 'ProvisionedThroughput' | 'OnDemandThroughput'>;

/** How Application Auto Scaling names the dimension. */
export function scaledAs(
  table: string,
  { index, access }: Dimension,
): { readonly ResourceId: string; readonly ScalableDimension: ScalableDimension } {
  const units = access === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits';
  return index === null
    ? { ResourceId: `table/${table}`, ScalableDimension: `dynamodb:table:${units}` }
    : { ResourceId: `table/${table}/index/${index}`, ScalableDimension: `dynamodb:index:${units}` };
}
