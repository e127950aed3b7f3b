import type { RunStateChange } from '../core/publication.ts';
import type { Phase, Run } from '../core/run.ts';

/** What the oracle remembers of a run between two looks at it. */
export interface Known {
  run: Run;
  injectingAt: number;
  abortAt: number;
  reopened: boolean;
  /** Opened again, and not armed since. */
  unguarded: boolean;
  readonly changes: Map<number, RunStateChange>;
}

/** Which phase may follow which. */
export const mayFollow: Readonly<Record<Phase, readonly Phase[]>> = {
  requested: ['awaiting-approval', 'announced', 'ended'],
  'awaiting-approval': ['announced', 'ended'],
  announced: ['checking', 'ended'],
  checking: ['injecting', 'ended'],
  injecting: ['observing', 'reverting'],
  observing: ['reverting'],
  reverting: ['recovering'],
  recovering: ['ended', 'reverting'],
  ended: ['reverting'],
};

export function newlyKnown(run: Run): Known {
  return {
    run,
    injectingAt: Infinity,
    abortAt: Infinity,
    reopened: false,
    unguarded: false,
    changes: new Map(),
  };
}
