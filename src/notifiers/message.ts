import type { GameDayStateChangeMessage, RunStateChangeMessage } from '../generated/types.ts';
import type { Reported } from '../report/link.ts';
import type { RunRecord } from '../report/record.ts';

/** A change of a run, or of a game day's session. */
export type Message =
  | { readonly of: 'run'; readonly change: RunStateChangeMessage }
  | { readonly of: 'session'; readonly change: GameDayStateChangeMessage };

/** What messages say beside the change itself. */
export interface Surroundings {
  readonly stage: string;
  /** Where the report of it will lie. */
  readonly reportOf: (of: Reported) => string;
  /** The run as it is stored; undefined for a session, and where it could not be read: nothing waits for that. */
  readonly record: RunRecord | undefined;
  /** Numbers that never came, of this run or session. */
  readonly skipped: readonly number[];
  /** Others were told before it. */
  readonly late: boolean;
}

/** Its run or session, in which `seq` counts. */
export function sourceOf(message: Message): string {
  return message.of === 'run' ? message.change.runId : message.change.session;
}

export function reportedOf(message: Message): Reported {
  return message.of === 'run' ? { run: message.change.runId } : { session: message.change.session };
}

/** What people should know of the way in which it came to them; undefined where there is nothing. */
export function deliveryNote({ skipped, late }: Pick<Surroundings, 'skipped' | 'late'>): string | undefined {
  if (late) return 'This came late: others were told before it.';
  if (skipped.length === 0) return undefined;
  const which = skipped.length === 1 ? `message ${skipped[0]}` : `messages ${skipped.join(', ')}`;
  return `Before this, ${which} did not come within a quarter of an hour, and will be told if ${skipped.length === 1 ? 'it does' : 'they do'}.`;
}
