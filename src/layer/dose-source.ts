/** Whether injection is allowed by what is known of the dose: known recently enough, from a store with the same time. */
export type Freshness = 'fresh' | 'stale' | 'clock';

/** What a run asks about its dose. */
export interface DoseSource {
  /** It never changes: nothing is gained by looking again. */
  readonly fixed?: boolean;
  /** What is known now, without any reading. */
  freshness(): Freshness;
  /** Reads again if what is known is too old; waits for that no longer than the read deadline. */
  confirm(): Promise<Freshness>;
  /** Reads again in the background if what is known is getting old. */
  keepFresh(): void;
}

/** A dose that was given with the environment is never stale. */
export const fixedSource: DoseSource = {
  fixed: true,
  freshness: () => 'fresh',
  confirm: () => Promise.resolve('fresh'),
  keepFresh: () => undefined,
};
