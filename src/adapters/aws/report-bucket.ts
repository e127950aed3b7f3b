import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsClients } from '../../aws/clients.ts';

/** Writes a file into the bucket of reports, or over what was there. */
export type WriteReport = (key: string, text: string) => Promise<void>;

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json',
};

export function reportWriter(aws: AwsClients, bucket: string): WriteReport {
  return async (key, text) => {
    await aws.get(S3Client).send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: types[key.slice(key.lastIndexOf('.') + 1)],
        // A run whose audit finds something is reported again.
        CacheControl: 'no-cache',
      }),
    );
  };
}
