import { onlyDirectives } from '../core/directives.ts';
import type { RunStateChangeMessage } from '../generated/types.ts';
import { duration, exactShare } from '../report/format.ts';
import type { RunRecord } from '../report/record.ts';
import { describeVerdict } from '../report/sentences.ts';

/** How it stands, for colours and signs. */
export type Standing =
  | 'coming'
  | 'waiting'
  | 'under-way'
  | 'stopping'
  | 'held'
  | 'aborted'
  | 'deviated'
  | 'inconclusive'
  | 'refused'
  | 'errored';

const phases: Readonly<Record<RunStateChangeMessage['phase'], string>> = {
  requested: 'was asked for',
  'awaiting-approval': 'waits for an approval',
  announced: 'is announced',
  checking: 'is checking whether it may begin',
  injecting: 'is putting its faults in place',
  observing: 'is under way',
  reverting: 'is taking its faults back',
  recovering: 'has taken its faults back, and watches the recovery',
  ended: 'has ended',
};

/** "checkout-slow is under way" */
export function runHeadline(change: RunStateChangeMessage): string {
  return `${change.experiment} ${whatOf(change)}`;
}

function whatOf({ kind, phase, outcome, abort }: RunStateChangeMessage): string {
  if (kind === 'reminder')
    return phase === 'awaiting-approval' ? 'starts soon, and waits for an approval' : 'starts soon';
  if (kind === 'postponed') return 'is put off';
  if (phase === 'reverting' && abort !== null)
    return `is aborted (${abort.code}): it is taking its faults back`;
  if (phase !== 'ended' || outcome === null) return phases[phase];
  const verdict = verdictIn(outcome);
  switch (outcome.result) {
    case 'completed':
      return `has ended: ${verdict ?? 'completed'}`;
    case 'aborted':
      return `was aborted${verdict === undefined ? '' : `: ${verdict}`}`;
    case 'refused':
      return 'was refused';
    case 'errored':
      return 'has ended with an error';
  }
}

export function runStanding({
  phase,
  abort,
  outcome,
}: Pick<RunStateChangeMessage, 'phase' | 'abort' | 'outcome'>): Standing {
  switch (phase) {
    case 'requested':
    case 'announced':
      return 'coming';
    case 'awaiting-approval':
      return 'waiting';
    case 'reverting':
    case 'recovering':
      return abort === null ? 'under-way' : 'stopping';
    case 'checking':
    case 'injecting':
    case 'observing':
      return 'under-way';
    case 'ended':
      return endedStanding(outcome);
  }
}

function endedStanding(outcome: RunStateChangeMessage['outcome']): Standing {
  if (outcome === null) return 'inconclusive';
  if (outcome.result === 'refused' || outcome.result === 'errored') return outcome.result;
  const verdict = verdictIn(outcome) ?? 'inconclusive';
  return outcome.result === 'aborted' && verdict !== 'deviated' ? 'aborted' : verdict;
}

/** What the event carries of the verdict; it is written by this controller, or by an older one. */
function verdictIn(outcome: object): 'held' | 'deviated' | 'inconclusive' | undefined {
  const found = 'verdict' in outcome ? outcome.verdict : undefined;
  const verdict =
    typeof found === 'object' && found !== null && 'verdict' in found ? found.verdict : undefined;
  return verdict === 'held' || verdict === 'deviated' || verdict === 'inconclusive' ? verdict : undefined;
}

/** Why, and at the end what came of it. */
export function runReason(change: RunStateChangeMessage, record: RunRecord | undefined): string {
  if (change.phase !== 'ended' || record === undefined || record.run.outcome === null) return change.reason;
  return describeVerdict(record).sentence;
}

/** A fact about a run: what people want to know before they let it happen. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** What is hurt, and how much of it. */
export function harmFacts({ run, environment }: RunRecord): readonly Fact[] {
  const { experiment } = run;
  const sentences = environment.faults.map(({ sentence }) => sentence);
  const exposure = onlyDirectives(experiment)
    ? 'single requests that ask for it'
    : experiment.exposure === undefined
      ? 'everything that the faults touch'
      : `${exactShare(experiment.exposure)} of invocations, beside as many left alone`;
  return [
    { label: 'What is hurt', text: `${environment.service}: ${sentences.join('; ')}` },
    { label: 'Exposure', text: `${exposure}, for ${duration(experiment.duration)}` },
  ];
}

/** When the fault is gone at the latest, as far as is known. */
export function faultUntil({ run }: RunRecord): number | null {
  if (run.phase === 'ended') return null;
  return run.injection?.endsAt ?? run.startAt + run.experiment.duration;
}
