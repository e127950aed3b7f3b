import type { GameDay } from '../../generated/types.ts';
import { windowSpans } from '../calendar/windows.ts';
import type { EpochMs } from '../ids.ts';

/** When a game day begins, and when it must be over; null where it has no window. */
export function spanOf({
  window,
}: Pick<GameDay, 'window'>): { readonly startAt: EpochMs; readonly endsAt: EpochMs } | null {
  if (window === undefined) return null;
  const [span] = windowSpans([window], 0, 0);
  return span === undefined ? null : { startAt: span.from, endsAt: span.to };
}
