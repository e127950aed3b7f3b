import type { Changer } from '../module.ts';

const rest = 'arn:{partition}:apigateway:{region}::/restapis/{id}';
const http = 'arn:{partition}:apigateway:{region}::/apis/{id}';

/** The default throttling limits of a stage. */
export const stageThrottling: Changer = {
  name: 'stage-throttling',
  // AWS names no bound for reads of a stage; new limits reach every part of API Gateway within some seconds.
  settleMs: 10_000,
  window:
    'API Gateway has no condition on a stage. A change of the limits by somebody else between our read and our write, less than a second, is overwritten; of an HTTP API so are metrics and logging settings of its default route, and so are those of a REST API that had no default settings before.',
  undo: 'the earlier limits are set again; of a REST API that had none, the default settings are removed',
  limits: [
    'Methods and routes with limits of their own keep those.',
    'A stage of an HTTP or WebSocket API without limits is refused: API Gateway documents no way to take them away again. Limits as high as those of the account change nothing for its callers, and can be set before.',
  ],
  permissions: [
    ...[rest, http].map((resource) => ({
      actions: ['apigateway:GET'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'] as const,
      changes: false as const,
    })),
    ...[rest, http].map((resource) => ({
      actions: ['apigateway:PATCH'],
      resource,
      during: ['apply', 'revert'] as const,
      changes: { tagEvaluated: true },
    })),
  ],
  load: async (aws) => (await import('./stage-throttling-effects.ts')).open(aws),
};
