/** An outbound HTTP request, before anything of it is sent. */
export interface OutboundCall {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  readonly port: number;
  /** Whether it goes over TLS, where that is known. */
  readonly secure?: boolean;
  /** Path and query. */
  readonly path: string;
  /** A request header, by its name in lower case. */
  header(name: string): string | undefined;
  /** A connection is opened for it that is decided on by itself: faults of connections pass the call by. */
  readonly connects?: boolean;
}

/** Who a request with Signature Version 4 is signed for, and by which key. */
export interface Signer {
  /** The service that the request is signed for: true for any endpoint, emulators on loopback included. */
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
}

/** What the signature of a request says, in a header or in the query; undefined where there is none. */
export function signerOf(call: OutboundCall): Signer | undefined {
  const authorization = call.header('authorization') ?? '';
  const [, inHeader] = /^AWS4-\S+ .*Credential=([^,\s]+)/.exec(authorization) ?? [];
  const [, inQuery] = /[?&]X-Amz-Credential=([^&]+)/.exec(call.path) ?? [];
  const scope = inHeader ?? (inQuery === undefined ? undefined : decodeURIComponent(inQuery));
  const parts = scope?.split('/') ?? [];
  const service = parts.at(-2);
  const accessKeyId = parts[0];
  if (service === undefined || accessKeyId === undefined) return undefined;
  return { service, region: parts.length === 5 ? (parts[2] ?? '') : '', accessKeyId };
}
