import type { RunId } from '../core/ids.ts';

/** What a report is about: one run, or all runs of a game day's session. */
export type Reported = { readonly run: RunId } | { readonly session: string };

/** The bucket in which the controller of one stage keeps reports. */
export interface ReportsPlace {
  readonly bucket: string;
  readonly region: string;
  readonly partition: string;
}

/** The forms of a report in the bucket; of the last one only that which fits is written. */
export type ReportFile = 'report.html' | 'report.md' | 'run.json' | 'session.json';

/** Where AWS's console answers. In the partitions that are not listed nobody from outside can look. */
const consoles: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-eusc': 'console.amazonaws-eusc.eu',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The name of the bucket, as the deployment makes it. */
export function reportsBucket(stage: string, account: string, region: string): string {
  return `inoculate-${stage}-reports-${account}-${region}`;
}

/** What all files of a report begin with. */
export function reportPrefix(of: Reported): string {
  return 'run' in of ? `runs/${of.run}/` : `gamedays/${of.session}/`;
}

export function reportKey(of: Reported, file: ReportFile = 'report.html'): string {
  return `${reportPrefix(of)}${file}`;
}

/**
 * A link for messages: the report in the S3 console, where the reader's own rights in AWS decide, or below `reportsUrl`
 * where a team serves the bucket itself.
 */
export function reportLink(of: Reported, place: ReportsPlace, reportsUrl: string | null): string {
  const key = reportKey(of);
  if (reportsUrl !== null) return `${reportsUrl.replace(/\/+$/, '')}/${encodedPath(key)}`;
  const { bucket, region, partition } = place;
  const host = Object.hasOwn(consoles, partition) ? consoles[partition] : undefined;
  return host === undefined
    ? `s3://${bucket}/${key}`
    : `https://${region}.${host}/s3/object/${bucket}?region=${region}&prefix=${encodeURIComponent(key)}`;
}

function encodedPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
