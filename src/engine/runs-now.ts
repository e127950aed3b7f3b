import type { RunId } from '../core/ids.ts';
import type { Store } from './ports.ts';

/**
 * How many other runs are between their checks and their end: one read, however many there are. A run asks once it is
 * marked itself, so of two that begin at once at least the later one sees the other.
 */
export async function runsNow(store: Pick<Store, 'listActive'>, self: RunId): Promise<number> {
  const active = await store.listActive();
  return active.filter(({ id, underWay }) => underWay && id !== self).length;
}
