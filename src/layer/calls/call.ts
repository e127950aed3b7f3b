/** An outbound HTTP request, before anything of it is sent. */
export interface OutboundCall {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** A request header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** What an AWS request is about. */
export interface AwsCall {
  /** The service that the request is signed for: true for any endpoint, emulators on loopback included. */
  readonly service: string;
  /** The operation by its API name, where the protocol shows it. */
  readonly operation: string | undefined;
}

/** The AWS call in a request that is signed with Signature Version 4, in a header or in the query. */
export function awsCallOf(
  call: OutboundCall,
  operationOf: (path: string) => string | undefined,
): AwsCall | undefined {
  const authorization = call.header('authorization') ?? '';
  const [, inHeader] = /^AWS4-\S+ .*Credential=([^,\s]+)/.exec(authorization) ?? [];
  const [, inQuery] = /[?&]X-Amz-Credential=([^&]+)/.exec(call.path) ?? [];
  const scope = inHeader ?? (inQuery === undefined ? undefined : decodeURIComponent(inQuery));
  const service = scope?.split('/').at(-2);
  if (service === undefined) return undefined;
  const target = call.header('x-amz-target');
  if (target !== undefined) return { service, operation: target.slice(target.lastIndexOf('.') + 1) };
  const [, rpc] = /^\/service\/[^/]+\/operation\/([A-Za-z0-9]+)/.exec(call.path) ?? [];
  return { service, operation: rpc ?? operationOf(call.path) };
}
