import type { KnownService } from './resources.ts';

/** The "error" of a call that succeeds as a whole and fails for some of its entries. */
export const PARTIAL_FAILURE = 'PartialFailure';

/** The operation of each service that can fail for some of its entries. */
export const partialOperations: Readonly<Partial<Record<KnownService, string>>> = { events: 'PutEvents' };
