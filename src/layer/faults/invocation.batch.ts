import { duplicated, reordered } from '../batch/delivery.ts';
import { failing, mendedForDuplicates, mendedForStream, withFailures } from '../batch/failures.ts';
import { recordsOf, withRecords, type BatchRecord } from '../batch/records.ts';
import { isBatch, type EventSource } from '../event/source.ts';
import type { FaultOf, InFunctionFaultModule, InvocationEffect, Moment } from './module.ts';
import { affected } from './words.ts';

type Fault = FaultOf<'invocation.batch'>;

export const invocationBatch: InFunctionFaultModule<'invocation.batch'> = {
  explain: (fault) =>
    `of ${affected(fault.rate, 'batch', 'batches')} that ${fault.target} is given, ${inWords(fault)}`,
  canEndProcess: false,
  // Records that keep failing are given up: by a queue into its dead-letter queue, by a stream, without one, for good.
  losesDataWhenAsynchronous: (fault) => fault.fail !== undefined,
  problem: () => undefined,
  onInvocation(fault, moment, draw) {
    if (moment.at !== (fault.fail === undefined ? 'before' : 'after')) return undefined;
    if (!isBatch(moment.source)) return { skip: 'wrong-source' };
    const records = recordsOf(moment.source, moment.event);
    if (records === undefined) return { skip: 'not-applicable' };
    if (fault.reorder === true)
      return handed(
        moment,
        reordered(records, (place) => draw(`place-${place}`)),
      );
    const share = fault.fail ?? fault.duplicate ?? 0;
    const chosen = records.map((_, index) => draw(`record-${index}`) < share);
    if (!chosen.includes(true)) return undefined;
    if (moment.at === 'before') return handed(moment, duplicated(records, chosen));
    return answered(withFailures(moment.answer, failing(records, chosen)));
  },
};

function handed(moment: Moment, records: readonly BatchRecord[] | undefined): InvocationEffect {
  if (records === undefined) return { skip: 'not-applicable' };
  return { event: { value: withRecords(moment.event, records), mend: mender(moment.source, records) } };
}

function answered(value: unknown): InvocationEffect {
  return value === undefined ? { skip: 'not-applicable' } : { answer: { value } };
}

/** What AWS would misread in a report on the batch as it was handed over. */
function mender(source: EventSource, handed: readonly BatchRecord[]): (answer: unknown) => unknown {
  return (answer) => {
    const once = mendedForDuplicates(answer);
    return source === 'sqs' ? once : mendedForStream(once, handed);
  };
}

function inWords({ fail, duplicate }: Fault): string {
  if (fail !== undefined) return `${affected(fail, 'record')} are reported as failed`;
  if (duplicate !== undefined) return `${affected(duplicate, 'record')} are handed over twice`;
  return 'the records are handed over in another order';
}
