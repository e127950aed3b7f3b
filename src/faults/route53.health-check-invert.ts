import { healthCheckInversion } from './changers/health-check-inversion.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const route53HealthCheckInvert: ControlPlaneFaultModule<'route53.health-check-invert'> = {
  explain: ({ target }) =>
    `health check ${target} says the opposite of what it sees, so that DNS fails over from what is healthy`,
  losesData: () => null,
  changer: healthCheckInversion,
};
