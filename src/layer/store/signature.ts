import { createHash, createHmac } from 'node:crypto';

/** Temporary credentials of the function's role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** A request to sign; the path is canonical already and there is no query. */
export interface UnsignedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case; `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The headers that make a request signed under AWS Signature Version 4: the given ones, x-amz-date,
 * x-amz-security-token where there is a token, and authorization.
 */
export function signed(
  request: UnsignedRequest,
  credentials: Credentials,
  region: string,
  service: string,
  at: number,
): Record<string, string> {
  const timestamp = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': timestamp };
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    request.path,
    '',
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    sha256(request.body),
  ].join('\n');
  const key = ['aws4_request', service, region, timestamp.slice(0, 8)].reduceRight<string | Buffer>(
    (parent, part) => createHmac('sha256', parent).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n'))
    .digest('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}

/** The credentials of this moment: Lambda rotates them in a long-lived process. */
export function readCredentials(env: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: the dose cannot be read');
  }
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
