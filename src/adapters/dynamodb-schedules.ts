import type { EpochMs } from '../core/ids.ts';
import type { Schedules, SlotCounts } from '../registry/schedules.ts';
import { type DynamoDbTable, type Item, number, text } from './dynamodb-table.ts';

/** What the planner knows of a scheduled experiment. */
export interface PlannedExperiment {
  readonly name: string;
  /** When its slots are to be looked at again. */
  readonly lookAt: EpochMs;
  /** Slots up to this one have been looked at. */
  readonly lookedTo: EpochMs;
  /** The version of the guardrails under which that was. */
  readonly guardrails: number;
}

/** One that was never looked at. */
const fresh: Omit<PlannedExperiment, 'name'> = { lookAt: 0, lookedTo: 0, guardrails: -1 };
const partition = 'planned';
const countsKey = (name: string): { pk: string; sk: string } => ({ pk: `experiment#${name}`, sk: 'slots' });
/** Two slots of one experiment at the same time are rare already. */
const maxAttempts = 5;

/** In the control table. Keys: `planned` (one small item per scheduled experiment), `experiment#NAME` / `slots`. */
export class DynamoDbSchedules implements Schedules {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async plan(name: string): Promise<void> {
    await this.#table.put({ pk: partition, sk: name }, itemOf(fresh));
  }

  async keepPlanned(name: string): Promise<void> {
    await this.#table.put({ pk: partition, sk: name }, itemOf(fresh), { if: 'attribute_not_exists(pk)' });
  }

  async unplan(name: string): Promise<void> {
    await this.#table.delete({ pk: partition, sk: name });
  }

  async planned(): Promise<readonly PlannedExperiment[]> {
    return (await this.#table.query(partition, '')).map((item) => ({
      name: text(item, 'sk'),
      lookAt: number(item, 'lookAt'),
      lookedTo: number(item, 'lookedTo'),
      guardrails: number(item, 'guardrails'),
    }));
  }

  /** Changes nothing where it was registered anew, removed, or looked at by another meanwhile. */
  async looked(before: PlannedExperiment, after: Omit<PlannedExperiment, 'name'>): Promise<void> {
    await this.#table.put({ pk: partition, sk: before.name }, itemOf(after), unchanged(before));
  }

  /** Nothing is registered under its name any more, or it has no schedule. */
  async drop(before: PlannedExperiment): Promise<void> {
    await this.#table.deleteIf({ pk: partition, sk: before.name }, unchanged(before));
  }

  async countsOf(name: string): Promise<SlotCounts | undefined> {
    const [item] = await this.#table.queryLatest(`experiment#${name}`, 'slots', 1);
    return item === undefined ? undefined : countsIn(item);
  }

  /** Notes that a slot came. One that came before, or is older than the latest, changes nothing. */
  async came(
    name: string,
    at: EpochMs,
    count: (before: SlotCounts | undefined) => Omit<SlotCounts, 'last'>,
  ): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const item = await this.#table.get(countsKey(name));
      const before = item === undefined ? undefined : countsIn(item);
      if (before !== undefined && before.last >= at) return;
      const stored = await this.#table.put(
        countsKey(name),
        itemOfCounts({ ...count(before), last: at }),
        before === undefined
          ? { if: 'attribute_not_exists(pk)' }
          : {
              if: '#last = :last',
              names: { '#last': 'last' },
              values: { ':last': { N: String(before.last) } },
            },
      );
      if (stored) return;
    }
    throw new Error(
      `The slots of ${name} could not be counted: ${maxAttempts} others were counted meanwhile`,
    );
  }
}

function unchanged({ lookAt, lookedTo, guardrails }: PlannedExperiment): { if: string; values: Item } {
  return {
    if: 'lookAt = :lookAt AND lookedTo = :lookedTo AND guardrails = :guardrails',
    values: {
      ':lookAt': { N: String(lookAt) },
      ':lookedTo': { N: String(lookedTo) },
      ':guardrails': { N: String(guardrails) },
    },
  };
}

function itemOf({ lookAt, lookedTo, guardrails }: Omit<PlannedExperiment, 'name'>): Item {
  return {
    lookAt: { N: String(lookAt) },
    lookedTo: { N: String(lookedTo) },
    guardrails: { N: String(guardrails) },
  };
}

function itemOfCounts({ last, missed, skipped, lastSkipped }: SlotCounts): Item {
  return {
    last: { N: String(last) },
    missed: { N: String(missed) },
    skipped: { N: String(skipped) },
    ...(lastSkipped === null
      ? {}
      : { skippedAt: { N: String(lastSkipped.at) }, skippedWhy: { S: lastSkipped.reason } }),
  };
}

function countsIn(item: Item): SlotCounts {
  return {
    last: number(item, 'last'),
    missed: number(item, 'missed'),
    skipped: number(item, 'skipped'),
    lastSkipped:
      item['skippedAt'] === undefined
        ? null
        : { at: number(item, 'skippedAt'), reason: text(item, 'skippedWhy') },
  };
}
