import type { TargetType } from '../core/facts.ts';
import type { TargetResolver } from './module.ts';

/** Each loads its AWS client when it is first used. */
export const targetResolvers: { readonly [T in TargetType]?: () => Promise<TargetResolver> } = {
  function: async () => (await import('./function.ts')).functionResolver,
  'event-source': async () => (await import('./event-source.ts')).eventSourceResolver,
  queue: async () => (await import('./queue.ts')).queueResolver,
  topic: async () => (await import('./topic.ts')).topicResolver,
  bucket: async () => (await import('./bucket.ts')).bucketResolver,
  rule: async () => (await import('./rule.ts')).ruleResolver,
  table: async () => (await import('./table.ts')).tableResolver,
  'api-stage': async () => (await import('./api-stage.ts')).apiStageResolver,
  'health-check': async () => (await import('./health-check.ts')).healthCheckResolver,
  'fis-template': async () => (await import('./fis-template.ts')).fisTemplateResolver,
};
