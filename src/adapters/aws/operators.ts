import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AwsClients } from '../../aws/clients.ts';
import type { MailAddress } from '../../engine/deliver-mail.ts';
import type { Ports } from '../../engine/ports.ts';

/** SNS takes subjects of at most 100 characters. */
const maxSubject = 100;

/** Calls for people, on the topic of those who run the controller. */
export function pager(aws: AwsClients, topicArn: string): Ports['page'] {
  return async (run, message) => {
    await aws.get(SNSClient).send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: `Inoculate needs help: ${run}`.slice(0, maxSubject),
        Message: `${message}\n\nRun ${run} goes on trying. inoculate show ${run} tells what it changed and what it has tried.`,
      }),
    );
  };
}

/** Calls for people where a channel cannot be told. */
export function mailPager(
  aws: AwsClients,
  topicArn: string,
): (address: MailAddress, message: string) => Promise<void> {
  return async ({ channel }, message) => {
    await aws.get(SNSClient).send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: `Inoculate cannot tell ${channel}`.slice(0, maxSubject),
        Message: `${message}\n\ndocs/NOTIFICATIONS.md says what each channel needs.`,
      }),
    );
  };
}
