import { InvalidEventError } from './invalid-event.ts';

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  /** How often the message has been handed out, this time included. */
  readonly attempt: number;
}

/** What Lambda takes as the answer for a batch: the messages that come again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Works on each message by itself: one that fails keeps no other from being done, and comes again alone. */
export async function eachRecord(
  event: unknown,
  work: (record: QueueRecord) => Promise<void>,
  onError: (record: QueueRecord, error: unknown) => void,
): Promise<BatchAnswer> {
  const failed = await Promise.all(
    recordsOf(event).map(async (record) => {
      try {
        await work(record);
        return [];
      } catch (error) {
        onError(record, error);
        return [{ itemIdentifier: record.messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}

function recordsOf(event: unknown): readonly QueueRecord[] {
  const records =
    typeof event === 'object' && event !== null && 'Records' in event ? event.Records : undefined;
  if (!Array.isArray(records)) throw new InvalidEventError('batch of messages', undefined);
  return records.map((record: unknown): QueueRecord => {
    if (
      typeof record === 'object' &&
      record !== null &&
      'messageId' in record &&
      'body' in record &&
      typeof record.messageId === 'string' &&
      typeof record.body === 'string'
    )
      return { messageId: record.messageId, body: record.body, attempt: attemptOf(record) };
    throw new InvalidEventError('message of a queue', undefined);
  });
}

function attemptOf(record: object): number {
  const attributes = 'attributes' in record ? record.attributes : undefined;
  const count =
    typeof attributes === 'object' && attributes !== null && 'ApproximateReceiveCount' in attributes
      ? Number(attributes.ApproximateReceiveCount)
      : 1;
  return Number.isInteger(count) && count > 0 ? count : 1;
}
