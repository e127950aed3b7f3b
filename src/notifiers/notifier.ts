import type { RunStateChangeMessage } from '../generated/types.ts';

/** Tells one sort of channel. Throws where the channel did not take it: it is then told again. */
export interface Notifier {
  /** `channel` is what follows the colon in the experiment's `notify`; empty where nothing does. */
  tell(change: RunStateChangeMessage, channel: string): Promise<void>;
}
