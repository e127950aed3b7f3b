import {
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ResolveContext, ResolvedTarget, TargetResolver } from './module.ts';

/** A bucket by its name. S3 turns us away where another account owns a bucket of that name. */
export const bucketResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('bucket' in target)) throw new Error(`Not a bucket: ${JSON.stringify(target)}`);
    const id = target.bucket;
    try {
      const region = await regionOf(id, context);
      // A bucket's ARN names no Region. Only where it is another one, this one does, so that it is refused.
      return region === context.region
        ? { id, arn: `arn:${context.partition}:s3:::${id}`, tags: await tagsOf(id, context) }
        : { id, arn: `arn:${context.partition}:s3:${region}::${id}`, tags: {} };
    } catch (error) {
      if (isNamed(error, 'NoSuchBucket')) return null;
      throw error;
    }
  },
};

async function regionOf(Bucket: string, { aws, account, signal }: ResolveContext): Promise<string> {
  const { LocationConstraint } = await aws
    .get(S3Client)
    .send(new GetBucketLocationCommand({ Bucket, ExpectedBucketOwner: account }), { abortSignal: signal });
  // The two names from before there were Regions' own.
  if (LocationConstraint === 'EU') return 'eu-west-1';
  return LocationConstraint ?? 'us-east-1';
}

async function tagsOf(
  Bucket: string,
  { aws, account, signal }: ResolveContext,
): Promise<ResolvedTarget['tags']> {
  try {
    const { TagSet = [] } = await aws
      .get(S3Client)
      .send(new GetBucketTaggingCommand({ Bucket, ExpectedBucketOwner: account }), { abortSignal: signal });
    return Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]));
  } catch (error) {
    if (isNamed(error, 'NoSuchTagSet')) return {};
    throw error;
  }
}

/** S3 has no classes for most of its errors. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof S3ServiceException && error.name === name;
}
