import {
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Effects } from '../module.ts';
import { oneValue } from './one-value.ts';
import { settingEffects } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(SQSClient);
  const writer = aws.sendingOnce(SQSClient);
  return settingEffects({
    async read({ target, signal }) {
      try {
        const { Attributes = {} } = await reader.send(
          new GetQueueAttributesCommand({
            QueueUrl: target.id,
            AttributeNames: ['VisibilityTimeout', 'DelaySeconds', 'MessageRetentionPeriod'],
          }),
          { abortSignal: signal },
        );
        return {
          settings: {
            visibilityTimeoutSeconds: numberOf(Attributes['VisibilityTimeout']),
            delaySeconds: numberOf(Attributes['DelaySeconds']),
            retentionSeconds: numberOf(Attributes['MessageRetentionPeriod']),
          },
        };
      } catch (error) {
        if (error instanceof QueueDoesNotExist) return 'absent';
        throw error;
      }
    },
    wanted({ faults, target }, { retentionSeconds }) {
      const timings = faults.flatMap((fault) => (fault.kind === 'sqs.visibility' ? [fault] : []));
      const visibilityMs = oneValue(
        'visibility timeout',
        timings.map(({ visibilityTimeout }) => visibilityTimeout),
      );
      const delayMs = oneValue(
        'delay',
        timings.map(({ delay }) => delay),
      );
      const longestSeconds = Math.max(visibilityMs ?? 0, delayMs ?? 0) / 1000;
      // A message that is hidden until it is too old is lost, which nobody asked for.
      if (typeof retentionSeconds === 'number' && longestSeconds >= retentionSeconds)
        throw new EffectError(
          'outlives-messages',
          `${target.id} keeps messages for ${retentionSeconds} s, and the fault would hide them for ${longestSeconds} s; choose less`,
          { unknown: false },
        );
      return {
        ...(visibilityMs !== undefined && { visibilityTimeoutSeconds: visibilityMs / 1000 }),
        ...(delayMs !== undefined && { delaySeconds: delayMs / 1000 }),
      };
    },
    async write({ target, signal }, { visibilityTimeoutSeconds, delaySeconds }) {
      await writer.send(
        new SetQueueAttributesCommand({
          QueueUrl: target.id,
          Attributes: {
            ...(typeof visibilityTimeoutSeconds === 'number' && {
              VisibilityTimeout: String(visibilityTimeoutSeconds),
            }),
            ...(typeof delaySeconds === 'number' && { DelaySeconds: String(delaySeconds) }),
          },
        }),
        { abortSignal: signal },
      );
    },
  });
}

function numberOf(attribute: string | undefined): number | null {
  return attribute === undefined ? null : Number(attribute);
}
