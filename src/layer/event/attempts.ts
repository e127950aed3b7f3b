import { pathOf } from './path.ts';
import { EventReader } from './read.ts';
import { isHttp, type EventSource } from './source.ts';

const RECEIVE_COUNTS = pathOf('Records[*].attributes.ApproximateReceiveCount');
const RECORDS = pathOf('Records[*]');
/** What only services hand over that are not told apart, and that may not wait for an answer. */
const MARKS_OF_SERVICES = ['Records', 'records', 'awslogs', 'eventSource', '["CodePipeline.job"]'].map(
  pathOf,
);

/**
 * Whether an invocation that fails is sure to be noticed or repeated, as far as its event says: somebody waits for the
 * answer, or it is the first attempt at messages of a queue. Streams and what is handed over asynchronously do not say
 * which attempt this is; it may be the last one.
 */
export function failureIsMadeGood(event: unknown, source: EventSource): boolean {
  if (isHttp(source)) return true;
  const reader = new EventReader(event);
  if (source === 'sqs') {
    const counts = reader.valuesAt(RECEIVE_COUNTS);
    return counts.length === reader.valuesAt(RECORDS).length && counts.every((count) => count === '1');
  }
  return source === 'direct' && MARKS_OF_SERVICES.every((mark) => reader.valuesAt(mark).length === 0);
}
