import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../aws/clients.ts';
import type { Clock, Ports } from '../../engine/ports.ts';
import type { TickMessage } from '../../generated/types.ts';

/** SQS delays a message by this much at most; a tick that comes too early sends the next one. */
const maxDelayS = 900;

/** Ticks as messages in a queue that holds each back until it is due, to the second. */
export function tickQueue(
  aws: AwsClients,
  queueUrl: string,
  clock: Pick<Clock, 'now'>,
): Ports['scheduleTick'] {
  return async (run, epoch, n, at) => {
    const message: TickMessage = { inoculate: 'tick/1', run, epoch, n };
    const delayS = Math.ceil((at - clock.now()) / 1000);
    await aws.get(SQSClient).send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        DelaySeconds: Math.min(Math.max(delayS, 0), maxDelayS),
      }),
    );
  };
}
