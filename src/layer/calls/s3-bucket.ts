/** Where a request to S3 goes. */
export interface S3Place {
  readonly bucket: string | undefined;
  /** Path and query without the bucket. */
  readonly path: string;
}

const ownHost = /^(?:(.+)\.)?s3[a-z0-9-]*\.(?:dualstack\.)?(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/;
const localHost = /^(.+?)\.(?:s3\.)?localhost(?:\.localstack\.cloud)?$/;

/** The bucket in the host name (virtual-hosted style), else in the path, as with emulators behind an address. */
export function s3PlaceOf(host: string, path: string): S3Place {
  const inHost = ownHost.exec(host)?.[1] ?? localHost.exec(host)?.[1];
  if (inHost !== undefined) return { bucket: inHost, path };
  const [, inPath, rest = ''] = /^\/([^/?]+)(.*)$/.exec(path) ?? [];
  if (inPath === undefined) return { bucket: undefined, path };
  return { bucket: decodeURIComponent(inPath), path: rest.startsWith('/') ? rest : `/${rest}` };
}
