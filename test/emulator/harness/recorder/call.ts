import type { IncomingHttpHeaders } from 'node:http';
import { findOperation } from './operations.ts';

/** One call to AWS, as the recorder saw it. */
export interface RecordedCall {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The function's name, or `test`, or `deploy`; `unsigned` for a call without a signature. */
  readonly principal: string;
  /** As in the signature's scope: `dynamodb`, `monitoring` for CloudWatch, `events` for EventBridge. */
  readonly service: string;
  /** The API's operation: `PutItem`, `UpdateFunctionConfiguration`. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The operation's input: JSON or form, and what path and query say. A REST body that is no JSON is left out. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Undefined until there is an answer. */
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
}

export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Description = Pick<RecordedCall, 'service' | 'action' | 'method' | 'path' | 'query' | 'input'> & {
  readonly accessKeyId: string | undefined;
};

/** What a request asks for, whichever of AWS's protocols it speaks. */
export function describe(request: RawRequest): Description {
  const { pathname: path, searchParams } = new URL(request.url, 'http://recorder');
  const query = Object.fromEntries(searchParams);
  const { accessKeyId, service } = scopeOf(request.headers, query);
  const { method } = request;
  return { accessKeyId, service, method, path, query, ...operationOf(request, service, path, query) };
}

/** `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, in the header or in a presigned URL. */
function scopeOf(
  headers: IncomingHttpHeaders,
  query: Readonly<Record<string, string>>,
): { readonly accessKeyId: string | undefined; readonly service: string } {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query['X-Amz-Credential'];
  const [accessKeyId, , , service = ''] = credential?.split('/') ?? [];
  return { accessKeyId, service };
}

function operationOf(
  { method, headers, body }: RawRequest,
  service: string,
  path: string,
  query: Readonly<Record<string, string>>,
): Pick<RecordedCall, 'action' | 'input'> {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { action: target.slice(target.indexOf('.') + 1), input: jsonOf(body) };
  }
  if ((headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body.toString()));
    return { action: Action, input };
  }
  const found = findOperation(service, method, path, query);
  return { action: found?.action ?? '', input: { ...jsonOf(body), ...query, ...found?.labels } };
}

function jsonOf(body: Buffer): Record<string, unknown> {
  const value = parsed(body.toString());
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The error's name in an answer, wherever the protocol has it. */
export function errorCodeOf(status: number, headers: IncomingHttpHeaders, body: Buffer): string | undefined {
  if (status < 400) return undefined;
  const header = headers['x-amzn-errortype'];
  const json = jsonOf(body);
  const xml = /<Code>([^<]+)<\/Code>/.exec(body.toString())?.[1];
  const code = [header, json['__type'], json['code'], json['Code'], xml].find(
    (value) => typeof value === 'string',
  );
  return code === undefined ? undefined : String(code).replace(/^.*#/, '').replace(/:.*$/, '');
}
