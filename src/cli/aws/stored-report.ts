import type { RunId } from '../../core/ids.ts';
import {
  type Reported,
  type ReportFile,
  reportKey,
  reportLink,
  reportsBucket,
  type ReportsPlace,
} from '../../report/link.ts';
import type { ReportAt } from '../../report/summary.ts';
import { FailureError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Remote } from './remote.ts';
import { stageOption } from './watch-run.ts';

/** The bucket of the stage, as its deployment calls it. */
export async function reportsPlace(remote: Remote): Promise<ReportsPlace> {
  const [{ account, partition }, region] = await Promise.all([remote.caller(), remote.region()]);
  return { bucket: reportsBucket(remote.stage, account, region), region, partition };
}

/** Where a run's report will lie: in the console, or, where nobody knows whose credentials these are, how to get it. */
export async function reportAt(remote: Remote, run: RunId): Promise<ReportAt> {
  try {
    return { address: reportLink({ run }, await reportsPlace(remote), null) };
  } catch {
    // The run's verdict is known, and must not be lost over a link to more of it.
    return { hint: `The report: inoculate report ${run}${stageOption(remote)}` };
  }
}

/** A file of a stored report; undefined where there is none, or who asks may not see it. */
export async function storedFile(
  remote: Remote,
  { bucket }: ReportsPlace,
  of: Reported,
  file: ReportFile,
): Promise<string | undefined> {
  const { GetObjectCommand, S3Client, S3ServiceException } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ Bucket: bucket, Key: reportKey(of, file) });
  try {
    const { Body } = await remote.aws.get(S3Client).send(command);
    return await Body?.transformToString();
  } catch (error) {
    // Without the right to list the bucket S3 says of what is missing, too, that it is forbidden.
    if (error instanceof S3ServiceException && unavailable.has(error.name)) return undefined;
    throw new FailureError(
      `The bucket ${bucket} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { exitCode: exitCodes.internal, cause: error },
    );
  }
}

const unavailable: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchBucket', 'AccessDenied']);
