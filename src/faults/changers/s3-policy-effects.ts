import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { AwsClients } from '../../aws/clients.ts';
import type { Effects } from '../module.ts';
import { denialEffects } from './policy-denials.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(S3Client);
  const writer = aws.sendingOnce(S3Client);
  return denialEffects({
    mostBytes: 20480,
    async read({ target, signal }) {
      try {
        const { Policy = '' } = await reader.send(new GetBucketPolicyCommand({ Bucket: target.id }), {
          abortSignal: signal,
        });
        return { policy: Policy === '' ? null : Policy };
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw error;
        if (error.name === 'NoSuchBucketPolicy') return { policy: null };
        if (error.name === 'NoSuchBucket') return 'absent';
        throw error;
      }
    },
    denial(fault, { target }) {
      if (fault.kind !== 's3.deny') return null;
      const { operations = ['GetObject'], prefix = '', roles } = fault;
      const objects = operations.some((operation) => operation !== 'ListBucket');
      return {
        actions: operations.map((operation) => `s3:${operation}`),
        // S3 refuses a statement in which an action finds no resource of its type.
        resources: [
          ...(operations.includes('ListBucket') ? [target.arn] : []),
          ...(objects ? [`${target.arn}/${prefix}*`] : []),
        ],
        roles,
      };
    },
    async write({ target, signal }, policy) {
      const options = { abortSignal: signal };
      if (policy === null) await writer.send(new DeleteBucketPolicyCommand({ Bucket: target.id }), options);
      else await writer.send(new PutBucketPolicyCommand({ Bucket: target.id, Policy: policy }), options);
    },
  });
}
