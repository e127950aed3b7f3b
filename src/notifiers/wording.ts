import type { RunStateChangeMessage } from '../generated/types.ts';

/** A message for people. */
export interface Wording {
  readonly subject: string;
  readonly text: string;
}

const phases: Readonly<Record<RunStateChangeMessage['phase'], string>> = {
  requested: 'was requested',
  'awaiting-approval': 'waits for an approval',
  announced: 'is announced',
  checking: 'is checking its guards',
  injecting: 'is putting its faults in place',
  observing: 'is under way',
  reverting: 'is taking its faults back',
  recovering: 'has taken its faults back, and watches the recovery',
  ended: 'has ended',
};

/** What to tell people about a change of a run's phase. */
export function wordingOf(change: RunStateChangeMessage): Wording {
  const { experiment, reason, runId } = change;
  const what = `${experiment} ${whatOf(change)}`;
  return { subject: `Inoculate: ${what}`, text: `${what}.\n${reason}\nRun ${runId}` };
}

function whatOf({ phase, outcome, abort }: RunStateChangeMessage): string {
  if (phase === 'reverting' && abort !== null)
    return `is aborted (${abort.code}): it is taking its faults back`;
  if (phase !== 'ended' || outcome === null) return phases[phase];
  const verdict = verdictOf(outcome);
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

function verdictOf(outcome: object): string | undefined {
  const found = 'verdict' in outcome ? outcome.verdict : undefined;
  const verdict =
    typeof found === 'object' && found !== null && 'verdict' in found ? found.verdict : undefined;
  return typeof verdict === 'string' ? verdict : undefined;
}
