import { S3ServiceException } from '@aws-sdk/client-s3';
import { fakeRegion, type FakeService } from './fake-aws.ts';

export interface FakeBucket {
  /** As the bucket says where it is; none in us-east-1. */
  location: string | undefined;
  owner: string;
  policy?: string;
  tags?: Record<string, string> | undefined;
}

interface Addressed {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

/** Buckets with their policies and tags. */
export class FakeS3 {
  readonly buckets = new Map<string, FakeBucket>();

  addBucket(name: string, change: Partial<FakeBucket> = {}): void {
    const tags = { inoculate: 'allow' };
    this.buckets.set(name, { location: fakeRegion, owner: '123456789012', tags, ...change });
  }

  readonly service: FakeService = {
    GetBucketLocation: (input: Addressed) => ({ LocationConstraint: this.#bucket(input).location }),
    GetBucketTagging: (input: Addressed) => {
      const { tags } = this.#bucket(input);
      if (tags === undefined) throw failed(404, 'NoSuchTagSet');
      return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    GetBucketPolicy: (input: Addressed) => {
      const { policy } = this.#bucket(input);
      if (policy === undefined) throw failed(404, 'NoSuchBucketPolicy');
      return { Policy: policy };
    },
    PutBucketPolicy: ({ Policy, ...input }: Addressed & { readonly Policy: string }) => {
      const { Statement } = JSON.parse(Policy) as { readonly Statement: readonly unknown[] };
      if (Statement.length === 0) throw failed(400, 'MalformedPolicy');
      this.#bucket(input).policy = Policy;
      return {};
    },
    DeleteBucketPolicy: (input: Addressed) => {
      delete this.#bucket(input).policy;
      return {};
    },
  };

  #bucket({ Bucket, ExpectedBucketOwner }: Addressed): FakeBucket {
    const found = this.buckets.get(Bucket);
    if (found === undefined) throw failed(404, 'NoSuchBucket');
    if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== found.owner)
      throw failed(403, 'AccessDenied');
    return found;
  }
}

function failed(httpStatusCode: number, name: string): S3ServiceException {
  return new S3ServiceException({
    name,
    message: name,
    $fault: 'client',
    $metadata: { httpStatusCode },
  });
}
