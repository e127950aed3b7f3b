import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import { explainFault } from '../faults/explain.ts';
import { listed } from '../report/format.ts';
import type { RunRecord } from '../report/record.ts';

/** What the report of a run on AWS is made of. */
export function recordOf(run: Run, journal: readonly JournalEntry[], inoculateVersion: string): RunRecord {
  const targets = run.targets.map(({ name, id }) => id ?? name);
  return {
    run,
    journal,
    environment: {
      where: 'aws',
      runtime: 'AWS Lambda',
      nodeVersions: {},
      service: listed(targets.length === 0 ? Object.keys(run.experiment.targets) : targets),
      seed: null,
      workload: null,
      inoculateVersion,
      faults: run.experiment.faults.map((fault, index) => ({
        id: `f${index + 1}`,
        sentence: explainFault(fault),
      })),
    },
  };
}
