import { stageThrottling } from './changers/stage-throttling.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const apigatewayThrottle: ControlPlaneFaultModule<'apigateway.throttle'> = {
  explain: ({ target, requestsPerSecond, burst = requestsPerSecond }) =>
    requestsPerSecond === 0
      ? `every request to ${target} is answered 429`
      : `at most ${requestsPerSecond} requests to ${target} get through per second, ${burst} at once; the others are answered 429`,
  losesData: () => null,
  changer: stageThrottling,
};
