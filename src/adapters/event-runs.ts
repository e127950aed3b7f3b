import type { EpochMs, RunId } from '../core/ids.ts';
import { type DynamoDbTable, number, text } from './dynamodb-table.ts';

/** A run that is claimed and not there after this long was never made: whoever claimed it died, and nobody came again. */
const claimKeptMs = 60_000;
/** Each attempt more means that somebody else took it meanwhile. */
const maxAttempts = 5;

/**
 * Which run the events of an experiment make at present: of those that come at the same time one wins, and the others join
 * its run. `hasEnded` is undefined for a run that is not stored. In the control table: `experiment#NAME` / `event-run`.
 */
export async function claimEventRun(
  table: Pick<DynamoDbTable, 'get' | 'put'>,
  experiment: string,
  run: RunId,
  now: EpochMs,
  hasEnded: (run: RunId) => Promise<boolean | undefined>,
): Promise<RunId> {
  const key = { pk: `experiment#${experiment}`, sk: 'event-run' };
  const claim = { run: { S: run }, at: { N: String(now) } };
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const item = await table.get(key);
    if (item === undefined) {
      if (await table.put(key, claim, { if: 'attribute_not_exists(pk)' })) return run;
      continue;
    }
    const other = text(item, 'run');
    if (other === run) return run;
    const over = (await hasEnded(other)) ?? now - number(item, 'at') > claimKeptMs;
    if (!over) return other;
    const condition = { if: '#run = :other', names: { '#run': 'run' }, values: { ':other': { S: other } } };
    if (await table.put(key, claim, condition)) return run;
  }
  throw new Error(
    `Events of experiment ${experiment} come faster than one of them can make a run; try again`,
  );
}
