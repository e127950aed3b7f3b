import { type MessageAttributeValue, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AwsClients } from '../aws/clients.ts';
import { clean } from './clean.ts';
import type { Message } from './message.ts';
import type { Notifier } from './notifier.ts';
import { plainText } from './plain-text.ts';

/** "Less than 100 characters", and ASCII reads well in every mail program: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const maxSubject = 99;
/** Text and attributes together are at most 256 KB: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const maxTextChars = 20_000;
const maxJsonBytes = 150_000;

/** The topic of the controller: text for people, and the change as JSON for programs. What the evidence says so far is not worth a mail. */
export function snsNotifier(aws: AwsClients, topicArn: string): Notifier {
  return {
    async tell(message, _channel, surroundings) {
      if (message.of === 'run' && message.change.kind === 'evidence') return;
      const { subject, text } = plainText(message, surroundings);
      await aws.get(SNSClient).send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: asciiSubject(subject),
          Message: text.length > maxTextChars ? clean(`${text.slice(0, maxTextChars)}…`) : text,
          MessageAttributes: attributesOf(message),
        }),
      );
    },
  };
}

export function asciiSubject(subject: string): string {
  const ascii = subject.replaceAll(/[^\x20-\x7e]/g, '?');
  return ascii.length > maxSubject ? `${ascii.slice(0, maxSubject - 3)}...` : ascii;
}

function attributesOf(message: Message): Record<string, MessageAttributeValue> {
  const { phase, kind, seq } = message.change;
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  return {
    ...(message.of === 'run'
      ? { experiment: text(message.change.experiment) }
      : { gameDay: text(message.change.gameDay) }),
    phase: text(phase),
    kind: text(kind),
    seq: { DataType: 'Number', StringValue: String(seq) },
    change: text(jsonOf(message)),
  };
}

/** The change whole; where that is too much, without its outcome or its steps, which the report has as well. */
function jsonOf({ of, change }: Message): string {
  const whole = JSON.stringify(change);
  if (Buffer.byteLength(whole) <= maxJsonBytes) return whole;
  return JSON.stringify(of === 'run' ? { ...change, outcome: null } : { ...change, steps: [] });
}
