import { allParts } from '../core/checks.ts';
import type { RunRequest } from '../core/create.ts';
import type { Experiment } from '../generated/types.ts';

/** What an experiment of the simulated world claims. How signals are judged is tested elsewhere: here it is a given. */
export function claimsOf({ steadyState }: Experiment): Pick<RunRequest, 'hypotheses' | 'checks'> {
  return {
    hypotheses: steadyState.flatMap(({ name }) =>
      name === 'failures' ? [{ hypothesis: 'failures.atMost', claim: 'failures at most 1 %' }] : [],
    ),
    checks: steadyState.flatMap(({ name }) =>
      name === 'failures'
        ? []
        : [{ signal: name, claim: 'the page answers', when: allParts, tolerates: 0, knownAfterMs: 0 }],
    ),
  };
}
