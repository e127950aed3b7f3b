import { lambdaConcurrency } from './changers/lambda-concurrency.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const lambdaThrottle: ControlPlaneFaultModule<'lambda.throttle'> = {
  explain: ({ target, concurrency }) =>
    concurrency === 0
      ? `every invocation of ${target} is throttled`
      : `at most ${concurrency} invocations of ${target} run at once; the others are throttled`,
  losesData: () =>
    'asynchronous events and queued records that are throttled for too long are dropped or dead-lettered',
  traces: (_fault, FunctionName) => [
    { namespace: 'AWS/Lambda', metric: 'Throttles', dimensions: { FunctionName } },
  ],
  changer: lambdaConcurrency,
};
