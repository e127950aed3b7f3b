/**
 * The Regions that every account has without asking for them (IAM User Guide, "AWS STS Regions and endpoints"; new
 * Regions have had to be asked for since 2019).
 */
const BY_DEFAULT = new Set(
  `us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1
   ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2`.split(/\s+/),
);

/**
 * Where the global endpoint of STS is served, although requests to it are signed for us-east-1: in the caller's own
 * Region where that is there by default, else in us-east-1 ("AWS STS global endpoint changes").
 */
export function stsRegion(own: string | undefined): string {
  return own !== undefined && BY_DEFAULT.has(own) ? own : 'us-east-1';
}
