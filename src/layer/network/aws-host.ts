/** What the name of an AWS endpoint says. */
export interface AwsHost {
  /** Where the Region and the service stand in the name; undefined for global endpoints. */
  readonly region: string | undefined;
  /** The Region in the short form that caches have in their names, such as euw1. */
  readonly shortRegion: string | undefined;
  /** The labels beside the Region: one of them is the service's. */
  readonly services: readonly string[];
  /** The Region for which requests to global endpoints of this partition are signed. */
  readonly globalRegion: string;
}

/**
 * Suffixes of endpoints, with the Region that global endpoints of the partition are signed for: from the SDK's
 * partitions (partitions.json of @aws-sdk/util-endpoints) and the endpoint rules of its clients. Function URLs and
 * Aurora DSQL are below on.aws.
 */
const SUFFIXES: readonly (readonly [suffix: string, globalRegion: string])[] = [
  ['amazonaws.com.cn', 'cn-northwest-1'],
  ['api.amazonwebservices.com.cn', 'cn-northwest-1'],
  ['on.amazonwebservices.com.cn', 'cn-northwest-1'],
  ['amazonaws.com', 'us-east-1'],
  ['api.aws', 'us-east-1'],
  ['on.aws', 'us-east-1'],
  ['amazonaws.eu', 'eusc-de-east-1'],
  ['api.amazonwebservices.eu', 'eusc-de-east-1'],
  ['c2s.ic.gov', 'us-iso-east-1'],
  ['sc2s.sgov.gov', 'us-isob-east-1'],
  ['cloud.adc-e.uk', 'eu-isoe-west-1'],
  ['csp.hci.ic.gov', 'us-isof-south-1'],
];

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;
/** S3's older names have the Region behind a hyphen: s3-eu-west-1, s3-website-eu-west-1. */
const S3_WITH_REGION = /^s3(?:-website|-fips|-control)?-([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})$/;
/** At the end of a name these stand for S3 as a whole: what is left of them is a bucket, whatever it is called. */
const GLOBAL_S3 = new Set(['s3', 's3-accelerate', 's3-global']);
/** They say by which way, and stand where the service's name would. */
const WAYS = new Set(['dualstack', 'vpce']);

/** What a host name, in lower case, says; undefined where it is no endpoint of AWS. */
export function awsHostOf(host: string): AwsHost | undefined {
  const found = SUFFIXES.find(([suffix]) => host.endsWith(`.${suffix}`));
  if (found === undefined) return undefined;
  const [suffix, globalRegion] = found;
  const labels = host
    .slice(0, -suffix.length - 1)
    .split('.')
    .filter((label) => !WAYS.has(label));
  return { globalRegion, ...placed(labels) };
}

/**
 * The Region is looked for from the right: what stands left of a service's name may be chosen freely, and a bucket may
 * be called eu-west-1.
 */
function placed(labels: readonly string[]): Omit<AwsHost, 'globalRegion'> {
  const last = labels.at(-1) ?? '';
  const nowhere = { region: undefined, shortRegion: undefined, services: [last] };
  if (GLOBAL_S3.has(last)) return nowhere;
  // The public names of EC2 in the oldest Region.
  if (last === 'compute-1') return { ...nowhere, region: 'us-east-1' };
  if (last === 'cache') return { ...nowhere, shortRegion: labels.at(-2) };
  for (const [index, label] of [...labels.entries()].toReversed()) {
    const [, behind] = S3_WITH_REGION.exec(label) ?? [];
    if (behind !== undefined) return { ...nowhere, region: behind, services: ['s3'] };
    if (!REGION.test(label)) continue;
    const services = [labels[index - 1], labels[index + 1]].filter((beside) => beside !== undefined);
    return { ...nowhere, region: label, services };
  }
  return nowhere;
}

/** The form that Regions have in the names of caches, as in identifiers of zones: eu-west-1 → euw1, ap-southeast-2 → apse2. */
export function shortRegion(region: string): string {
  const [area = '', ...words] = region.split('-');
  return area + words.map(shortened).join('');
}

function shortened(word: string): string {
  const [, from, to] = /^(north|south)(east|west)$/.exec(word) ?? [];
  if (from !== undefined && to !== undefined) return `${from.charAt(0)}${to.charAt(0)}`;
  return /^\d/.test(word) ? word : word.charAt(0);
}
