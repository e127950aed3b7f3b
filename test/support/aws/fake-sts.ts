import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';

/** A pair of keys, and whose it is. */
export interface FakeKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  readonly arn: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * STS as far as `GetCallerIdentity` goes: a real HTTP server that checks each signature by itself, on the bytes that came,
 * as https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html describes it.
 */
export class FakeSts {
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  readonly #keys: readonly FakeKeys[];
  readonly #server: Server;
  #broken: number | undefined;

  private constructor(keys: readonly FakeKeys[]) {
    this.#keys = keys;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, xml }) => {
        response.writeHead(status, { 'content-type': 'text/xml' });
        response.end(xml);
      });
    });
  }

  static async start(keys: readonly FakeKeys[]): Promise<FakeSts> {
    const sts = new FakeSts(keys);
    sts.#server.listen(0, '127.0.0.1');
    await once(sts.#server, 'listening');
    return sts;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers with this status alone; undefined: as STS does. */
  break(status: number | undefined): void {
    this.#broken = status;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly xml: string }> {
    const body = await bodyOf(request);
    this.requests.push({ headers: request.headers, body });
    if (this.#broken !== undefined) return { status: this.#broken, xml: '' };
    const found = this.#ownerOf(request, body);
    if (typeof found === 'string')
      return {
        status: 403,
        xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${found}</Code><Message>no</Message></Error></ErrorResponse>`,
      };
    return {
      status: 200,
      xml: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${found.arn}</Arn><UserId>AIDA</UserId><Account>${found.arn.split(':')[4]}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    };
  }

  /** Whose signature it is, or the code of an error. */
  #ownerOf({ method, url, headers }: IncomingMessage, body: string): FakeKeys | string {
    const [, id = '', scope = '', signed = '', signature] =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
        headers.authorization ?? '',
      ) ?? [];
    const keys = this.#keys.find(({ accessKeyId }) => accessKeyId === id);
    if (keys === undefined) return 'InvalidClientTokenId';
    if (keys.sessionToken !== headers['x-amz-security-token']) return 'InvalidClientTokenId';
    if (body !== 'Action=GetCallerIdentity&Version=2011-06-15') return 'InvalidAction';
    const canonical = [
      method,
      url,
      '',
      ...signed.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
      '',
      signed,
      sha256(body),
    ].join('\n');
    const [day = '', region = '', service = ''] = scope.split('/');
    const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
    const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => hmac(secret, part),
      `AWS4${keys.secretAccessKey}`,
    );
    return hmac(key, toSign).toString('hex') === signature ? keys : 'SignatureDoesNotMatch';
  }
}
