import {
  GetTopicAttributesCommand,
  NotFoundException,
  SetTopicAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { AwsClients } from '../../aws/clients.ts';
import type { Effects } from '../module.ts';
import { denialEffects } from './policy-denials.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(SNSClient);
  const writer = aws.sendingOnce(SNSClient);
  return denialEffects({
    mostBytes: 30720,
    async read({ target, signal }) {
      try {
        const { Attributes } = await reader.send(new GetTopicAttributesCommand({ TopicArn: target.arn }), {
          abortSignal: signal,
        });
        const policy = Attributes?.['Policy'] ?? '';
        return { policy: policy === '' ? null : policy };
      } catch (error) {
        if (error instanceof NotFoundException) return 'absent';
        throw error;
      }
    },
    denial: (fault, { target }) =>
      fault.kind === 'sns.deny'
        ? {
            actions: (fault.operations ?? ['Publish']).map((operation) => `SNS:${operation}`),
            resources: [target.arn],
            roles: fault.roles,
          }
        : null,
    async write({ target, signal }, policy) {
      await writer.send(
        new SetTopicAttributesCommand({
          TopicArn: target.arn,
          AttributeName: 'Policy',
          AttributeValue: policy ?? defaultPolicy(target.arn),
        }),
        { abortSignal: signal },
      );
    },
  });
}

/** A topic is never without a policy: this is the one that SNS gives to a new topic. */
export function defaultPolicy(arn: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': arn.split(':')[4] } },
      },
    ],
  });
}
