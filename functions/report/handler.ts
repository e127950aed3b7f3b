import { log } from '../../src/controller/log.ts';
import { openReporter, report, type Reporting } from '../../src/controller/report.ts';
import { endedOf } from '../../src/triggers/ended.ts';

const reporter = openReporter();

/** Something has ended: its report goes into the bucket. The same event again writes the same report again. */
export async function handler(event: unknown): Promise<Reporting> {
  const ended = endedOf(event);
  const reporting = await report(reporter, ended);
  log('info', 'reported', { ...ended, ...reporting });
  return reporting;
}
