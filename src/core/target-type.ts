import type { Experiment } from '../generated/types.ts';
import type { TargetType } from './facts.ts';

/** The property that tells a target's type, and the type. */
const tells = {
  lambda: 'function',
  service: 'function',
  eventSource: 'event-source',
  table: 'table',
  queue: 'queue',
  topic: 'topic',
  bucket: 'bucket',
  rule: 'rule',
  api: 'api-stage',
  healthCheck: 'health-check',
  fisTemplate: 'fis-template',
} as const satisfies Readonly<Record<string, TargetType>>;

export const targetTypes: readonly TargetType[] = [...new Set(Object.values(tells))];

/** The type that a target of a file tells; undefined where it tells none. */
export function typeTold(target: Readonly<Record<string, unknown>>): TargetType | undefined {
  return Object.entries(tells).find(([property]) => Object.hasOwn(target, property))?.[1];
}

/** What a target of an experiment is. */
export function targetTypeOf(target: Experiment['targets'][string]): TargetType {
  const found = typeTold(target);
  if (found === undefined) throw new Error(`A target of no known type: ${JSON.stringify(target)}`);
  return found;
}
