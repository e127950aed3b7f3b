import type { Changer } from '../module.ts';

const resource = 'arn:{partition}:route53:::healthcheck/{id}';

/** Whether a Route 53 health check is inverted. */
export const healthCheckInversion: Changer = {
  name: 'health-check-inversion',
  // AWS names no bound for reads of a health check; its checkers learn of a change within some seconds.
  settleMs: 10_000,
  window:
    'What others change is not overwritten: Route 53 takes the change only at the version of the health check that was read (`HealthCheckVersion`).',
  undo: 'the health check is inverted again as it was before, or not',
  limits: [
    'Callers fail over, and come back, once the answers that their resolvers keep are too old, however fast the health check is.',
    'Health checks that another service of AWS has made are refused.',
  ],
  permissions: [
    {
      actions: ['route53:GetHealthCheck'],
      resource,
      during: ['capture', 'apply', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['route53:UpdateHealthCheck'],
      resource,
      during: ['apply', 'revert'],
      changes: { tagEvaluated: false },
      why: 'Route 53 evaluates no tags: the health checks that may be changed must be named.',
    },
  ],
  load: async (aws) => (await import('./health-check-inversion-effects.ts')).open(aws),
};
