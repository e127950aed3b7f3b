import * as fc from 'fast-check';
import type { InFunctionFault } from '../../../src/generated/types.ts';
import type { OutboundCall } from '../../../src/layer/calls/call.ts';
import { moduleOf } from '../../../src/layer/faults/of.ts';
import { awsHostOf, shortRegion } from '../../../src/layer/network/aws-host.ts';
import { cidrProblem, rangeOf } from '../../../src/layer/network/cidr.ts';
import { callIsMeant, isMeant, type NetworkFault } from '../../../src/layer/network/reach.ts';
import { isOfService } from '../../../src/layer/network/service-names.ts';

const target = 'checkout';
const nowhere = (): ReadonlySet<string> => new Set();

describe('the name of an AWS endpoint', () => {
  // Region as it stands in the name, then a service that it belongs to. Forms from the SDK's endpoint rules (client-*
  // dist-es/endpoint), the PrivateLink and service documentation.
  it.each([
    ['dynamodb.eu-west-1.amazonaws.com', 'eu-west-1', 'dynamodb'],
    ['111122223333.ddb.eu-west-1.amazonaws.com', 'eu-west-1', 'dynamodb'],
    ['streams.dynamodb.eu-west-1.amazonaws.com', 'eu-west-1', 'dynamodb'],
    ['sqs.eu-west-1.api.aws', 'eu-west-1', 'sqs'],
    ['kms-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1', 'kms'],
    ['sns-fips.us-east-2.api.aws', 'us-east-2', 'sns'],
    ['secretsmanager.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'secretsmanager'],
    ['lambda.cn-northwest-1.api.amazonwebservices.com.cn', 'cn-northwest-1', 'lambda'],
    ['s3.eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['carts.s3.eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['carts.s3.dualstack.eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['carts.s3-fips.dualstack.us-east-1.amazonaws.com', 'us-east-1', 's3'],
    ['carts.s3-eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['carts.s3-website-eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['point-111122223333.s3-accesspoint.eu-west-1.amazonaws.com', 'eu-west-1', 's3'],
    ['eu-west-1.s3.us-west-2.amazonaws.com', 'us-west-2', 's3'],
    ['vpce-0fe5b17a0707d6abc-29p5708s.sqs.us-east-1.vpce.amazonaws.com', 'us-east-1', 'sqs'],
    ['vpce-0fe5b17a0707d6abc-29p5708s-us-east-1a.ec2.us-east-1.vpce.amazonaws.com', 'us-east-1', 'ec2'],
    ['carts.bucket.vpce-0fe5b17a0707d6abc-29p5708s.s3.eu-west-1.vpce.amazonaws.com', 'eu-west-1', 's3'],
    ['abc.execute-api.eu-west-1.amazonaws.com', 'eu-west-1', 'execute-api'],
    ['abc.lambda-url.eu-west-1.on.aws', 'eu-west-1', 'lambda'],
    ['abc.dsql.eu-west-1.on.aws', 'eu-west-1', 'dsql'],
    ['orders.abc.eu-west-1.rds.amazonaws.com', 'eu-west-1', 'rds'],
    ['orders.cluster-ro-abc.eu-west-1.rds.amazonaws.com', 'eu-west-1', 'rds'],
    ['sync-states.eu-west-1.amazonaws.com', 'eu-west-1', 'states'],
    ['111122223333.data-kinesis.eu-west-1.amazonaws.com', 'eu-west-1', 'kinesis'],
    ['111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1', 'ecr'],
    ['search-x-abc.eu-west-1.es.amazonaws.com', 'eu-west-1', 'es'],
    ['abc.appsync-api.eu-west-1.amazonaws.com', 'eu-west-1', 'appsync'],
  ])('%s is in %s, and of %s', (host, region, service) => {
    const aws = awsHostOf(host);
    expect(aws?.region).toBe(region);
    expect(aws !== undefined && isOfService(aws, service)).toBe(true);
    const isIn = (wanted: string): boolean =>
      isMeant({ kind: 'dependency.region-outage', target, region: wanted }, { host, port: 443 }, nowhere);
    expect([isIn(region), isIn('sa-east-1')]).toEqual([true, false]);
  });

  it.each([
    ['carts.abc.ng.0001.euw1.cache.amazonaws.com', 'eu-west-1'],
    ['carts-abc.serverless.use1.cache.amazonaws.com', 'us-east-1'],
    ['carts.abc.clustercfg.apse2.cache.amazonaws.com', 'ap-southeast-2'],
  ])('%s has its Region in short: %s', (host, region) => {
    const outage: NetworkFault = { kind: 'dependency.region-outage', target, region };
    expect(isMeant(outage, { host, port: 6379 }, nowhere)).toBe(true);
    expect(isMeant({ ...outage, region: 'eu-west-2' }, { host, port: 6379 }, nowhere)).toBe(false);
    expect(
      isMeant(
        { kind: 'dependency.unreachable', target, service: 'elasticache', how: 'reset' },
        { host, port: 6379 },
        nowhere,
      ),
    ).toBe(true);
  });

  it('Regions in short are as in the names of zones', () => {
    const regions = [
      'eu-west-1',
      'us-gov-west-1',
      'ap-northeast-3',
      'ca-central-1',
      'cn-northwest-1',
      'af-south-1',
    ];
    expect(regions.map(shortRegion)).toEqual(['euw1', 'usgw1', 'apne3', 'cac1', 'cnnw1', 'afs1']);
  });

  it.each(['example.com', 'amazonaws.com.example.com', 'localhost', '10.0.0.1', 'd111.cloudfront.net'])(
    '%s is none',
    (host) => expect(awsHostOf(host)).toBeUndefined(),
  );

  // Signed or by name: iam, route53, cloudfront and the old name of S3 belong to the Region that they are signed for.
  it.each([
    ['iam.amazonaws.com', 'us-east-1'],
    ['route53.amazonaws.com', 'us-east-1'],
    ['cloudfront.amazonaws.com', 'us-east-1'],
    ['s3.amazonaws.com', 'us-east-1'],
    ['eu-west-1.s3.amazonaws.com', 'us-east-1'],
    ['iam.amazonaws.com.cn', 'cn-northwest-1'],
    ['carts.s3-accelerate.amazonaws.com', undefined],
    ['abc.mrap.accesspoint.s3-global.amazonaws.com', undefined],
    ['abc.endpoint.events.amazonaws.com', undefined],
  ])('%s without a signature goes with %s', (host, region) => {
    for (const asked of ['us-east-1', 'cn-northwest-1', 'eu-west-1']) {
      const outage: NetworkFault = { kind: 'dependency.region-outage', target, region: asked };
      expect(isMeant(outage, { host, port: 443 }, nowhere)).toBe(asked === region);
    }
  });

  it("STS's global name is served where the function is", () => {
    const own = process.env['AWS_REGION'];
    const goesWith = (region: string): boolean =>
      isMeant(
        { kind: 'dependency.region-outage', target, region },
        { host: 'sts.amazonaws.com', port: 443 },
        nowhere,
      );
    try {
      process.env['AWS_REGION'] = 'eu-west-1';
      expect([goesWith('eu-west-1'), goesWith('us-east-1')]).toEqual([true, false]);
      // A Region that has to be asked for is served by us-east-1.
      process.env['AWS_REGION'] = 'me-south-1';
      expect([goesWith('me-south-1'), goesWith('us-east-1')]).toEqual([false, true]);
    } finally {
      if (own === undefined) delete process.env['AWS_REGION'];
      else process.env['AWS_REGION'] = own;
    }
  });
});

describe('a call', () => {
  const call = (host: string, scope?: string): OutboundCall => ({
    method: 'POST',
    host,
    port: 443,
    path: '/',
    header: (name) =>
      name === 'authorization' && scope !== undefined
        ? `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${scope}/aws4_request, SignedHeaders=host, Signature=x`
        : undefined,
  });
  const outage: NetworkFault = { kind: 'dependency.region-outage', target, region: 'eu-west-1' };
  const service: NetworkFault = {
    kind: 'dependency.unreachable',
    target,
    service: 'dynamodb',
    how: 'refused',
  };

  it.each([
    [call('localhost', 'eu-west-1/dynamodb'), true, true],
    [call('127.0.0.1', 'eu-central-1/dynamodb'), false, true],
    [call('api.example.com', 'eu-west-1/execute-api'), true, false],
    [call('dynamodb.eu-west-1.amazonaws.com'), true, true],
    // Where it goes counts, not what somebody has signed it for.
    [call('carts.s3.eu-central-1.amazonaws.com', 'eu-west-1/s3'), false, false],
    [call('localhost'), false, false],
  ])('%#: by its signature on any endpoint, else by name', (made, byRegion, byService) => {
    expect(callIsMeant(outage, made, nowhere)).toBe(byRegion);
    expect(callIsMeant(service, made, nowhere)).toBe(byService);
  });
});

describe('a range of addresses', () => {
  it.each([
    ['10.0.16.0/20', '10.0.31.255', true],
    ['10.0.16.0/20', '10.0.32.0', false],
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', 'localhost', false],
  ])('%s has %s: %s', (cidr, address, expected) => expect(rangeOf(cidr)(address)).toBe(expected));

  it('has exactly the addresses that share its first bits', () => {
    const bits = (address: string): string =>
      address
        .split('.')
        .map((byte) => Number(byte).toString(2).padStart(8, '0'))
        .join('');
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
        const network = bits(a).slice(0, prefix).padEnd(32, '0');
        const address = [0, 8, 16, 24].map((at) => Number.parseInt(network.slice(at, at + 8), 2)).join('.');
        expect(cidrProblem(`${address}/${prefix}`)).toBeUndefined();
        expect(rangeOf(`${address}/${prefix}`)(b)).toBe(bits(b).startsWith(network.slice(0, prefix)));
      }),
    );
  });
});

describe('an unreachable dependency says of itself', () => {
  type Unreachable = Extract<InFunctionFault, { kind: 'dependency.unreachable' }>;
  const unreachable = (fault: Omit<Unreachable, 'kind' | 'target'>): InFunctionFault => ({
    kind: 'dependency.unreachable',
    target,
    ...fault,
  });
  it.each([
    [
      unreachable({ host: 'db.internal', port: 5432, how: 'refused' }),
      'all connections and calls from checkout to db.internal port 5432 are refused',
      true,
    ],
    [
      unreachable({ cidr: '10.0.0.0/8', how: 'reset', rate: 0.5 }),
      'half of the connections and calls from checkout to 10.0.0.0/8 are reset when they are used',
      true,
    ],
    [
      unreachable({ port: 6379, how: 'blackhole', only: [1] }),
      'all connections and calls from checkout to port 6379 of any host (attempt 1 of each) never hear anything',
      false,
    ],
    [
      unreachable({ service: 's3', how: 'dns' }),
      'all connections and calls from checkout to s3 fail because the name is not found',
      true,
    ],
    [
      { kind: 'dependency.region-outage', target, region: 'eu-west-1' } as const,
      'all connections and calls from checkout to AWS endpoints in eu-west-1 never hear anything',
      true,
    ],
  ])('%j: %s', (fault, sentence, losesData) => {
    const module = moduleOf(fault);
    expect(module.explain(fault)).toBe(sentence);
    expect(module.losesDataWhenAsynchronous(fault)).toBe(losesData);
    expect(module.problem(fault)).toBeUndefined();
  });

  it.each([
    [{ how: 'refused' }, /addressed by host, cidr, port or service, and none is given/],
    [{ host: 'a.example.com', service: 's3', how: 'refused' }, /in one way, and host and service are given/],
    [{ host: 'a.example.com:1', port: 2, how: 'refused' }, /the port is given twice/],
    [{ service: 's3', port: 443, how: 'refused' }, /leave the port 443 out/],
    [{ cidr: '10.0.0.0/33', how: 'refused' }, /at most \/32/],
    [{ cidr: '10.0.0', how: 'refused' }, /10\.0\.0 is no range of addresses: 10\.0\.16\.0\/20/],
    [{ cidr: '10.0.0.5/24', how: 'refused' }, /10\.0\.0\.0\/24 is the range, 10\.0\.0\.5 the address/],
    [{ cidr: '2001:db8::1/32', how: 'refused' }, /2001:db8::\/32 is the range/],
    [{ cidr: '10.0.0.0/8', how: 'dns' }, /how: dns needs a host or a service/],
  ] as const)('%j is refused, with what would be right', (fault, problem) => {
    const whole = unreachable(fault);
    expect(moduleOf(whole).problem(whole)).toMatch(problem);
  });
});
