import type { Range } from './positions.ts';

/** A mistake in the text itself, before any meaning. */
export interface Mistake {
  readonly range: Range;
  readonly code: string;
  readonly message: string;
  readonly found: string;
  readonly help: string;
}
