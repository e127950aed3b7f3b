import type { BatchSource } from '../../core/facts.ts';
import type { Path } from '../../core/problem.ts';
import type { Reader } from './reader.ts';
import type { Tree } from './tree.ts';

const batchEvents = ['sqs', 'stream'] as const;

/**
 * The queues and streams among a function's events, and whether single records of theirs can be reported as failed. What
 * else stands there is not looked at: it may only make sense in the cloud.
 */
export function readBatches(reader: Reader, tree: Tree, path: Path): readonly BatchSource[] {
  const at = [...path, 'events'];
  const events = tree.kind === 'map' ? tree.entries.get('events') : undefined;
  if (events?.kind !== 'list') return [];
  return events.items.flatMap((event, index) =>
    batchEvents.flatMap((type): readonly BatchSource[] => {
      const source = event.kind === 'map' ? event.entries.get(type) : undefined;
      if (source === undefined) return [];
      const name = `event ${index + 1} (${type})`;
      if (source.kind !== 'map') return [{ name, reportsItemFailures: false }];
      const response = reader.below(source, ['functionResponseType'], [...at, index, type]);
      const reports = response?.kind === 'scalar' && response.value === 'ReportBatchItemFailures';
      return [{ name, reportsItemFailures: reports }];
    }),
  );
}
