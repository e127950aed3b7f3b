import { describeError, log } from '../../src/controller/log.ts';
import { deliverAll, deliverWaiting, openNotifier, receive } from '../../src/controller/notify.ts';
import type { MailAddress } from '../../src/engine/deliver-mail.ts';
import { type BatchAnswer, eachRecord } from '../../src/triggers/sqs.ts';
import { stateChangeOf } from '../../src/triggers/state-change.ts';

const ports = openNotifier();

/** Keeps each change for its channels, and tells them; every minute, what is left. A channel that fails holds up nothing. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  const isBatch = typeof event === 'object' && event !== null && 'Records' in event;
  if (!isBatch) {
    await deliverWaiting(ports);
    return { batchItemFailures: [] };
  }
  const addresses: MailAddress[] = [];
  const answer = await eachRecord(
    event,
    async ({ body }) => void addresses.push(...(await receive(ports, stateChangeOf(body)))),
    (_record, error) => log('error', 'a change was not kept, and comes again', describeError(error)),
  );
  await deliverAll(ports, addresses);
  return answer;
}
