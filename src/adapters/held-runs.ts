import type { EpochMs, RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { DynamoDbRegistry } from './dynamodb-registry.ts';
import { type DynamoDbTable, type Item, text } from './dynamodb-table.ts';

/** Of an experiment that fails again and again, no more of its runs are looked at. */
const looked = 50;

/** The latest run of an experiment that held, no older than `since`; read from the control table of any stage. */
export async function lastHeld(
  control: DynamoDbTable,
  experiment: string,
  since: EpochMs,
): Promise<{ readonly run: RunId; readonly endedAt: EpochMs } | undefined> {
  const entries = await new DynamoDbRegistry(control).runsOf(experiment, looked);
  for (const { id } of entries) {
    const item = await control.get({ pk: `run#${id}`, sk: 'state' });
    const endedAt = item === undefined ? undefined : heldAt(item, since);
    if (endedAt !== undefined) return { run: id, endedAt };
  }
  return undefined;
}

function heldAt(item: Item, since: EpochMs): EpochMs | undefined {
  const { outcome, endedAt } = JSON.parse(text(item, 'body')) as Pick<Run, 'outcome' | 'endedAt'>;
  const held = outcome?.result === 'completed' && outcome.verdict.verdict === 'held';
  return held && endedAt !== null && endedAt >= since ? endedAt : undefined;
}
