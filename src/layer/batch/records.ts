import type { EventSource } from '../event/source.ts';

/** A record of a batch, as far as it matters to who delivers it. */
export interface BatchRecord {
  /** The record itself, untouched. */
  readonly value: unknown;
  /** What a failed record is reported by: its message id, or its sequence number. */
  readonly id: string;
  /** Records of one group stay in order; undefined where the source promises none. */
  readonly group: string | undefined;
}

/** The records of a batch; undefined where one of them is not as AWS documents it. */
export function recordsOf(source: EventSource, event: unknown): readonly BatchRecord[] | undefined {
  const values = member(event, 'Records');
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const records = values.flatMap((value: unknown): readonly BatchRecord[] => {
    const id = idOf(source, value);
    return id === undefined ? [] : [{ value, id, group: groupOf(source, value) }];
  });
  return records.length === values.length ? records : undefined;
}

/** The event with other records in its batch; the given one stays as it is. */
export function withRecords(event: unknown, records: readonly BatchRecord[]): unknown {
  return { ...(typeof event === 'object' ? event : {}), Records: records.map(({ value }) => value) };
}

function idOf(source: EventSource, record: unknown): string | undefined {
  switch (source) {
    case 'sqs':
      return text(member(record, 'messageId'));
    case 'kinesis':
      return sequenceNumber(member(member(record, 'kinesis'), 'sequenceNumber'));
    case 'dynamodb-stream':
      return sequenceNumber(member(member(record, 'dynamodb'), 'SequenceNumber'));
    default:
      return undefined;
  }
}

/** A FIFO queue keeps each message group in order, Kinesis each partition key, a DynamoDB stream the changes of each item. */
function groupOf(source: EventSource, record: unknown): string | undefined {
  switch (source) {
    case 'sqs': {
      const fifo = text(member(record, 'eventSourceARN'))?.endsWith('.fifo') === true;
      // A standard queue may have message groups, too, which only share it fairly.
      return fifo ? (text(member(member(record, 'attributes'), 'MessageGroupId')) ?? '') : undefined;
    }
    case 'kinesis':
      return text(member(member(record, 'kinesis'), 'partitionKey')) ?? '';
    case 'dynamodb-stream':
      return JSON.stringify(member(member(record, 'dynamodb'), 'Keys') ?? null);
    default:
      return undefined;
  }
}

function sequenceNumber(value: unknown): string | undefined {
  const number = text(value);
  return number !== undefined && /^[0-9]{1,128}$/.test(number) ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
