import { createRequire } from 'node:module';
import { createHash, createHmac } from 'node:crypto';
import { readCredentials, signed } from '../../src/layer/store/signature.ts';

const at = Date.UTC(2015, 7, 30, 12, 36, 0);
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
};

it.each([
  ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])("a %s is signed as in AWS's published test suite (vanilla)", (method, signature) => {
  const headers = { host: 'example.amazonaws.com' };
  const { authorization } = signed(
    { method, path: '/', headers, body: '' },
    credentials,
    'us-east-1',
    'service',
    at,
  );
  expect(authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

it("a DynamoDB request with a session token is signed as the SDK's signer signs it", async () => {
  const { SignatureV4 } = createRequire(import.meta.url)('@smithy/signature-v4') as {
    SignatureV4: new (options: object) => {
      sign(request: object, options: object): Promise<{ headers: Record<string, string> }>;
    };
  };
  class Sha256 {
    readonly #hash;
    constructor(secret?: string | Buffer) {
      this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
    }
    update(data: string | Uint8Array): void {
      this.#hash.update(data);
    }
    async digest(): Promise<Uint8Array> {
      return this.#hash.digest();
    }
  }
  const session = { ...credentials, sessionToken: 'a/long+token==' };
  const body = '{"TableName":"fünctions"}';
  const headers = {
    host: 'dynamodb.eu-west-1.amazonaws.com',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.GetItem',
  };
  const signer = new SignatureV4({
    credentials: session,
    region: 'eu-west-1',
    service: 'dynamodb',
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = {
    method: 'POST',
    protocol: 'https:',
    path: '/',
    query: {},
    headers,
    body,
    hostname: headers.host,
  };
  const theirs = await signer.sign(request, { signingDate: new Date(at) });
  const ours = signed({ method: 'POST', path: '/', headers, body }, session, 'eu-west-1', 'dynamodb', at);
  expect(ours['authorization']).toBe(theirs.headers['authorization']);
});

it('credentials are those of the moment, and their absence is said', () => {
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: '' };
  expect(readCredentials(env)).toEqual({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: undefined });
  expect(() => readCredentials({})).toThrow(/AWS_ACCESS_KEY_ID/);
});
