import { describeError, log } from '../../src/controller/log.ts';
import { notify, openNotifier } from '../../src/controller/notify.ts';
import { type BatchAnswer, eachRecord } from '../../src/triggers/sqs.ts';
import { stateChangeOf } from '../../src/triggers/state-change.ts';

const ports = openNotifier();

/** Tells the channels of each change. One that fails is told again, by itself. */
export function handler(event: unknown): Promise<BatchAnswer> {
  return eachRecord(
    event,
    ({ body }) => notify(ports, stateChangeOf(body)),
    (_record, error) => log('error', 'a channel was not told and will be again', describeError(error)),
  );
}
