import { within } from '../within.ts';
import type { FaultyStream } from './faulty-stream.ts';
import type { StreamFaults } from './stream-faults.ts';

/** After its answer was broken off a handler has this much time to notice before its invocation fails. */
const GRACE_MS = 1000;

/**
 * Waits for a handler that writes to a stream under faults: until it is done and all of its answer has gone out, so that
 * the outcome is known. An answer that was broken off makes the invocation fail, whatever the handler makes of it.
 */
export async function outcomeOf(
  handled: Promise<unknown>,
  stream: FaultyStream,
  faults: StreamFaults,
): Promise<unknown> {
  try {
    const answer = await Promise.race([handled, stream.over.then(() => handled)]);
    await stream.over;
    return answer;
  } catch (error) {
    if (faults.injected !== undefined) {
      await within(GRACE_MS, handled);
      throw faults.injected;
    }
    try {
      await handled; // what the handler throws comes first, as without us
    } finally {
      await Promise.allSettled([stream.flush()]); // it has failed already
    }
    throw error;
  }
}
