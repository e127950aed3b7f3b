import type { TargetType } from '../../core/facts.ts';

/** A target of each type as it may stand in a file; whoever drafts an experiment puts the real one there. */
export const exampleTargets: Readonly<Record<Exclude<TargetType, 'function'>, string>> = {
  'event-source': '{ eventSource: "orders-${stage}", consumer: "worker-${stage}" }',
  table: '{ table: "orders-${stage}" }',
  queue: '{ queue: "orders-${stage}" }',
  topic: '{ topic: "orders-${stage}" }',
  bucket: '{ bucket: "orders-files-${stage}" }',
  rule: '{ rule: "orders-${stage}" }',
  'api-stage': '{ api: a1b2c3d4e5, apiStage: "${stage}" }',
  'health-check': '{ healthCheck: 01234567-89ab-cdef-0123-456789abcdef }',
  'fis-template': '{ fisTemplate: EXT1a2b3c4d5e6f7 }',
};
