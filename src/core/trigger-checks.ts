import type { Problem } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { formatDuration } from './units.ts';

/** A run that waits longer for its start tells nothing of the deployment any more. */
const maxDelayMs = 24 * 3_600_000;

/** What the schema cannot say of triggers: parts of a wrong shape are passed over. */
export function checkTriggers(triggers: unknown): Problem[] {
  if (!Array.isArray(triggers)) return [];
  return triggers.flatMap((trigger: unknown, index): Problem[] => {
    if (!isMapping(trigger)) return [];
    const { delay } = trigger;
    if (typeof delay !== 'number' || delay <= maxDelayMs) return [];
    return [
      {
        path: ['triggers', index, 'delay'],
        code: 'too-long',
        message: `A delay of ${formatDuration(delay)} is too long`,
        found: formatDuration(delay),
        expected: `at most ${formatDuration(maxDelayMs)}`,
      },
    ];
  });
}
