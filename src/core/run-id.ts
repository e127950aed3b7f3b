import type { RunId } from './ids.ts';
import type { Slot } from './run.ts';

/** The same slot of the same experiment is always the same run. Both parts are free of the separator. */
export function runIdOf(experiment: string, slot: Pick<Slot, 'kind' | 'id'>): RunId {
  return `${experiment}.${slot.kind}.${slot.id.replaceAll(/[^A-Za-z0-9:_-]/g, '_')}`.slice(0, 128);
}

export function isRunId(text: string): boolean {
  return /^[a-z][a-z0-9-]*\.(scheduled|event|manual|gameday)\.[A-Za-z0-9:_-]+$/.test(text);
}
