import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AwsClients } from '../aws/clients.ts';
import type { Notifier } from './notifier.ts';
import { wordingOf } from './wording.ts';

/** SNS takes subjects of at most 100 printable ASCII characters. */
const maxSubject = 100;

/** The topic of the controller: text for people, and the change as JSON for programs. */
export function snsNotifier(aws: AwsClients, topicArn: string): Notifier {
  return {
    async tell(change) {
      const { subject, text } = wordingOf(change);
      await aws.get(SNSClient).send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, maxSubject),
          Message: text,
          MessageAttributes: {
            experiment: { DataType: 'String', StringValue: change.experiment },
            phase: { DataType: 'String', StringValue: change.phase },
            change: { DataType: 'String', StringValue: JSON.stringify(change) },
          },
        }),
      );
    },
  };
}
