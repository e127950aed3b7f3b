import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { HttpAnswer, HttpRequest, Probes } from '../signals/probes.ts';

/** As much of a body as is ever read. */
const maxBodyBytes = 256 * 1024;

export interface HttpProbeOptions {
  /** On one machine services listen there; in Lambda it is the runtime's own interface. */
  readonly allowLoopback: boolean;
}

/**
 * Asks an address once: no redirect is followed, no connection kept, and no address is connected to that belongs to the
 * machine's surroundings, whatever name it hides behind.
 */
export function httpProbe(options: HttpProbeOptions): NonNullable<Probes['http']> {
  const forbidden = forbiddenAddresses(options);
  return (request, signal) =>
    new Promise<HttpAnswer>((done, fail) => {
      const url = new URL(request.url);
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) !== 0 && isForbidden(forbidden, literal)) {
        fail(new ForbiddenAddressError(url.hostname, literal));
        return;
      }
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      const sent = send(
        url,
        {
          method: request.method,
          headers: { 'user-agent': 'inoculate', ...request.headers },
          agent: false,
          signal,
          lookup: guardedLookup(forbidden),
        },
        (answer) => void readAnswer(answer, request).then(done, fail),
      );
      sent.on('error', fail);
      sent.end();
    });
}

/** The address of a probe is one that nobody outside should reach through it. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  readonly code = 'forbidden-address';

  constructor(host: string, address: string) {
    super(`${host} is ${address}, which no probe may ask: it is link-local, or of the machine itself`);
  }
}

async function readAnswer(answer: IncomingMessage, { readsBody }: HttpRequest): Promise<HttpAnswer> {
  const status = answer.statusCode ?? 0;
  if (!readsBody) {
    answer.destroy();
    return { status, body: '' };
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    const buffer = Buffer.from(part as Uint8Array);
    parts.push(buffer);
    bytes += buffer.length;
    // Leaving the loop closes the connection: what a server sends beyond costs nothing.
    if (bytes >= maxBodyBytes) break;
  }
  return { status, body: Buffer.concat(parts).subarray(0, maxBodyBytes).toString('utf8') };
}

/** Checks what a name resolves to at the moment of connecting, so that no later answer of the name server slips through. */
function guardedLookup(forbidden: BlockList): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const bad = addresses.find(({ address }) => isForbidden(forbidden, address));
      const [first] = addresses;
      if (bad !== undefined) callback(new ForbiddenAddressError(hostname, bad.address), []);
      else if (first === undefined) callback(new Error(`${hostname} has no address`), []);
      else answerLookup(options.all === true, addresses, first, callback);
    });
  };
}

function answerLookup(
  all: boolean,
  addresses: LookupAddress[],
  first: LookupAddress,
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) callback(null, addresses);
  else callback(null, first.address, first.family);
}

function isForbidden(forbidden: BlockList, address: string): boolean {
  const zoneless = address.split('%')[0] ?? address;
  return forbidden.check(zoneless, isIP(zoneless) === 6 ? 'ipv6' : 'ipv4');
}

function forbiddenAddresses({ allowLoopback }: HttpProbeOptions): BlockList {
  const list = new BlockList();
  // Instance and container metadata, and every other link-local address.
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('fd00:ec2::', 32, 'ipv6');
  if (allowLoopback) return list;
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  list.addAddress('::', 'ipv6');
  return list;
}
