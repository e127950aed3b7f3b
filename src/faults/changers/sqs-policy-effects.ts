import {
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../aws/clients.ts';
import type { Effects } from '../module.ts';
import { denialEffects } from './policy-denials.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(SQSClient);
  const writer = aws.sendingOnce(SQSClient);
  return denialEffects({
    mostBytes: 8192,
    async read({ target, signal }) {
      try {
        const { Attributes } = await reader.send(
          new GetQueueAttributesCommand({ QueueUrl: target.id, AttributeNames: ['Policy'] }),
          { abortSignal: signal },
        );
        const policy = Attributes?.['Policy'] ?? '';
        return { policy: policy === '' ? null : policy };
      } catch (error) {
        if (error instanceof QueueDoesNotExist) return 'absent';
        throw error;
      }
    },
    denial: (fault, { target }) =>
      fault.kind === 'sqs.deny'
        ? {
            // What is done to several messages at once needs the same permissions.
            actions: (fault.operations ?? ['SendMessage']).map((operation) => `sqs:${operation}`),
            resources: [target.arn],
            roles: fault.roles,
          }
        : null,
    async write({ target, signal }, policy) {
      await writer.send(
        new SetQueueAttributesCommand({ QueueUrl: target.id, Attributes: { Policy: policy ?? '' } }),
        { abortSignal: signal },
      );
    },
  });
}
