import { createHash } from 'node:crypto';

/**
 * Lambda does not tell a function who invoked it. Whoever decides on a run proves who they are by a signed request for
 * `GetCallerIdentity`, which the function sends to STS: AWS itself checks the signature and names its owner, and the
 * function never sees a secret. HashiCorp Vault and EKS do the same.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export interface CallerProof {
  /** Headers of the signed request; all others follow from what the proof is for. */
  readonly authorization: string;
  readonly date: string;
  /** Of temporary credentials. */
  readonly securityToken: string | null;
}

/** The one thing that a proof is good for: signed with it, so that it can be used for nothing else. */
export interface ProvedDecision {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly run: string;
  readonly decision: string;
  readonly seq: number;
  readonly generation: number;
  readonly startAt: number | null;
}

export const proofBody = 'Action=GetCallerIdentity&Version=2011-06-15';
const bindingHeader = 'x-inoculate-decision';
const tokenHeader = 'x-amz-security-token';

/** The headers that are signed beside those of the proof itself. */
export function headersToSign(endpoint: URL, decision: ProvedDecision): Readonly<Record<string, string>> {
  return {
    host: endpoint.host,
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    [bindingHeader]: bindingOf(decision),
  };
}

/** What `SignedHeaders` must be, no more and no less. */
export function signedHeaders(withToken: boolean): string {
  return ['content-type', 'host', 'x-amz-date', ...(withToken ? [tokenHeader] : []), bindingHeader].join(';');
}

function bindingOf(decision: ProvedDecision): string {
  const { stage, account, region, run, decision: what, seq, generation, startAt } = decision;
  const parts = ['decision/1', account, region, stage, run, what, seq, generation, startAt];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** By partition, as the SDK has them. */
const suffixes: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

/** STS of a Region, or of an emulator: built by whoever asks it, never taken from a message. */
export function stsEndpoint(
  { region, partition }: { readonly region: string; readonly partition: string },
  variables: Readonly<Record<string, string | undefined>>,
): URL {
  const given = variables['AWS_ENDPOINT_URL_STS'] ?? variables['AWS_ENDPOINT_URL'];
  if (given !== undefined && given !== '') return new URL('/', given);
  const suffix = Object.hasOwn(suffixes, partition) ? suffixes[partition] : undefined;
  if (suffix === undefined || !/^[a-z0-9-]+$/.test(region))
    throw new Error(`No address of STS is known for Region ${region} of partition ${partition}`);
  return new URL(`https://sts.${region}.${suffix}/`);
}
