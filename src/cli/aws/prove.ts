import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, Provider, SourceData } from '@smithy/types';
import {
  type CallerProof,
  headersToSign,
  proofBody,
  type ProvedDecision,
  stsEndpoint,
} from '../../aws/caller-proof.ts';

export interface Prover {
  readonly credentials: Provider<AwsCredentialIdentity>;
  readonly partition: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Signs a request that tells whose credentials these are, and is good for one decision alone. It is not sent from here. */
export async function prove(
  { credentials, partition, variables }: Prover,
  decision: ProvedDecision,
): Promise<CallerProof> {
  const { region } = decision;
  const endpoint = stsEndpoint({ region, partition }, variables);
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    path: '/',
    headers: { ...headersToSign(endpoint, decision) },
    body: proofBody,
  });
  const { authorization, 'x-amz-date': date, 'x-amz-security-token': securityToken = null } = headers;
  if (authorization === undefined || date === undefined) throw new Error('The request could not be signed');
  return { authorization, date, securityToken };
}

/** Node's own, as the signer wants it. */
class Sha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = this.#fresh();
  }

  update(chunk: SourceData): void {
    this.#hash.update(bytesOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}

function bytesOf(data: SourceData): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
