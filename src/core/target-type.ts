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

/** What a target of an experiment is. */
export function targetTypeOf(target: Experiment['targets'][string]): TargetType {
  const found = Object.entries(tells).find(([property]) => Object.hasOwn(target, property));
  if (found === undefined) throw new Error(`A target of no known type: ${JSON.stringify(target)}`);
  return found[1];
}
