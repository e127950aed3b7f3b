import type { EpochMs, RunId } from '../ids.ts';
import type { SessionPublication } from './publication.ts';

/** What the engine must carry out for a session. All of it may be carried out again. */
export type SessionCommand =
  /** Starts the run, unless the session has stopped meanwhile; begins nothing once the lease is over. */
  | {
      readonly type: 'start-run';
      readonly experiment: string;
      readonly run: RunId;
      readonly step: number;
      readonly leaseUntil: EpochMs;
    }
  | { readonly type: 'abort-run'; readonly run: RunId; readonly by: string }
  | { readonly type: 'publish'; readonly publication: SessionPublication };

/** A command in the outbox. */
export interface SessionOutboxEntry {
  /** Unique in the session, ascending. */
  readonly id: number;
  readonly schema: 1;
  readonly command: SessionCommand;
  readonly issuedAt: EpochMs;
  readonly attempts: number;
  /** Without a result by then it is handed out again. */
  readonly retryAt: EpochMs;
}
