import {
  type CallerProof,
  headersToSign,
  proofBody,
  type ProvedDecision,
  signedHeaders,
  stsEndpoint,
} from '../../aws/caller-proof.ts';
import type { EpochMs } from '../../core/ids.ts';

export interface CallerIdentityPorts {
  readonly now: () => EpochMs;
  readonly partition: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

/** Whose signature it is, as STS says; or why it proves nothing. */
export type Proved = { readonly arn: string } | { readonly unproved: string };

/** STS itself takes a quarter of an hour; nobody needs that long. */
const maxAgeMs = 5 * 60_000;
/** What STS answers is less than a thousand characters. */
const mostAnswerChars = 20_000;

/** Asks STS who signed a proof for this very decision. Throws where STS cannot be asked. */
export async function callerOf(
  ports: CallerIdentityPorts,
  proof: CallerProof,
  decision: ProvedDecision,
): Promise<Proved> {
  const wrong = wrongIn(proof, decision.region, ports.now());
  if (wrong !== null) return { unproved: wrong };
  const endpoint = stsEndpoint({ region: decision.region, partition: ports.partition }, ports.variables);
  const { host: _host, ...headers } = headersToSign(endpoint, decision);
  const { authorization, date, securityToken } = proof;
  const response = await fetch(endpoint, {
    method: 'POST',
    body: proofBody,
    headers: {
      ...headers,
      authorization,
      'x-amz-date': date,
      ...(securityToken === null ? {} : { 'x-amz-security-token': securityToken }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(ports.timeoutMs),
  });
  const text = (await response.text()).slice(0, mostAnswerChars);
  if (response.status >= 500) throw new Error(`STS answered with ${response.status}`);
  if (response.status !== 200)
    return {
      unproved: `STS does not accept the signature (${only(text, 'Code') ?? String(response.status)}).`,
    };
  const arn = only(text, 'Arn');
  if (arn === undefined) throw new Error('STS did not say whose signature it is');
  return { arn };
}

/** What can be seen without STS: that it was signed for STS of this Region, lately, and with nothing left out. */
function wrongIn(
  { authorization, date, securityToken }: CallerProof,
  region: string,
  now: EpochMs,
): string | null {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=[A-Za-z0-9]{1,128}\/(\d{8})\/([a-z0-9-]+)\/sts\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/.exec(
      authorization,
    );
  if (parts === null) return 'It is not a signature for STS.';
  const [, day, signedRegion, signed] = parts;
  if (signedRegion !== region) return `It is signed for Region ${signedRegion}, not for ${region}.`;
  if (signed !== signedHeaders(securityToken !== null)) return 'It does not sign what it must.';
  const at = instantOf(date);
  if (at === null || !date.startsWith(day ?? '')) return 'Its time cannot be.';
  if (Math.abs(now - at) > maxAgeMs) return 'It is older than five minutes, or the clocks differ.';
  return null;
}

/** `20261121T154500Z`. */
function instantOf(date: string): EpochMs | null {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
  return Number.isNaN(at) ? null : at;
}

/** The text of the one element of a name. */
function only(xml: string, name: string): string | undefined {
  const found = [...xml.matchAll(new RegExp(`<${name}>([^<>&]+)</${name}>`, 'g'))];
  return found.length === 1 ? found[0]?.[1] : undefined;
}
