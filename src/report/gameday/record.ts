import type { Session } from '../../core/gameday/session.ts';
import type { RunRecord } from '../record.ts';

/** All that the report of a game day's session is made of. JSON-able. */
export interface SessionRecord {
  readonly session: Session;
  /** The runs that came to be and are still stored, in any order. */
  readonly runs: readonly RunRecord[];
  readonly inoculateVersion: string;
}
