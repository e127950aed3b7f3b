import type { RunId } from '../core/ids.ts';
import type { Phase } from '../core/run.ts';
import type { Store } from './ports.ts';

const underWay: ReadonlySet<Phase> = new Set([
  'checking',
  'injecting',
  'observing',
  'reverting',
  'recovering',
] as const);

/**
 * How many other runs are between their checks and their end. A run asks once its own checks are durable, so of two
 * that begin at once at least the later one sees the other.
 */
export async function runsNow(store: Pick<Store, 'listActive' | 'loadRun'>, self: RunId): Promise<number> {
  const active = await store.listActive();
  const others = await Promise.all(active.filter(({ id }) => id !== self).map(({ id }) => store.loadRun(id)));
  return others.filter((other) => other !== undefined && underWay.has(other.run.phase)).length;
}
