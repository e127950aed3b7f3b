import { assertNever } from '../core/assert.ts';
import { onlyDirectives } from '../core/directives.ts';
import type { AbortReason } from '../core/run.ts';
import { findingsOf } from './findings.ts';
import type { RunRecord } from './record.ts';
import { describeReverts, describeVerdict } from './sentences.ts';
import { latestTargets, looksOf } from './timeline.ts';

/** What to do after a run, a sentence each; nothing where it held and everything is as it was. */
export function nextSteps(record: RunRecord): readonly string[] {
  const { run } = record;
  const open = run.units.some(({ state }) => state.at !== 'reverted');
  return [
    ...(open && run.outcome !== null
      ? [`${describeReverts(run.units)} The controller goes on trying; see what it needs.`]
      : []),
    ...afterwards(record),
  ];
}

function afterwards(record: RunRecord): readonly string[] {
  const { run } = record;
  const { result } = describeVerdict(record);
  switch (result) {
    case 'held':
      return [];
    case 'deviated':
      return [
        'See in the report which signal broke and when; mend that, and run the experiment again: it is its own test.',
      ];
    case 'inconclusive':
      return run.outcome?.result === 'aborted'
        ? [afterAbort(run.outcome.reason)]
        : onlyDirectives(run.experiment)
          ? [
              'Send a request with a directive while the fault is in place: "inoculate directive RUN --target NAME" signs one.',
            ]
          : [...howMuchMore(record), 'Run it longer, with more traffic or a greater exposure.'];
    case 'refused':
      return ['Nothing was changed. Start it again once the reason is gone.'];
    case 'errored':
      return ['This is the run’s own failure, and says nothing of the application: the journal tells where.'];
    case 'running':
      return [
        `The run goes on by itself. To see its end: inoculate watch ${run.id}; to end it: inoculate abort ${run.id}`,
      ];
    default:
      return assertNever(result);
  }
}

/** Of the findings, those that tell how many invocations an answer would take. */
function howMuchMore(record: RunRecord): readonly string[] {
  return findingsOf(record, latestTargets(looksOf(record.journal))).filter((finding) =>
    finding.startsWith('To show '),
  );
}

function afterAbort(reason: AbortReason): string {
  switch (reason.code) {
    case 'alarm':
      return `Find out whether the fault set off alarm ${reason.alarm}: if so, that is the weakness to mend; if not, run again when it is quiet.`;
    case 'person':
    case 'kill-switch':
      return 'It was stopped before it could tell anything. Run it again when those who stopped it agree.';
    case 'steady-state-absent':
      return 'Something was wrong without the fault as well: mend that first.';
    case 'deviation':
    case 'deadline':
    case 'apply-failed':
    case 'apply-unknown':
    case 'not-measurable':
    case 'not-ready':
      return 'The run could not do its work: "inoculate doctor FILE" looks for what it lacked.';
    default:
      return assertNever(reason);
  }
}
