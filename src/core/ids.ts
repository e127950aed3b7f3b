declare const brand: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [brand]?: 'EpochMs' };

/** One execution of an experiment: derived from experiment and slot, so the same slot is always the same run. */
export type RunId = string & { readonly [brand]?: 'RunId' };

/** What a lock guards: one changeable thing, such as `dose:shop-dev-checkout`. */
export type ResourceId = string & { readonly [brand]?: 'ResourceId' };

/** The faults of a run on one resource, as one unit of applying and reverting. */
export type UnitId = string & { readonly [brand]?: 'UnitId' };

/** One execution of a game day: derived from game day and slot, so the same slot is always the same session. */
export type SessionId = string & { readonly [brand]?: 'SessionId' };
