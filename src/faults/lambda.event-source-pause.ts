import { lambdaEventSource } from './changers/lambda-event-source.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const lambdaEventSourcePause: ControlPlaneFaultModule<'lambda.event-source-pause'> = {
  explain: ({ target }) => `nothing is read through the event source mapping ${target}`,
  losesData: () =>
    'messages and records that grow older than the retention of their queue or stream while nothing reads them are lost',
  changer: lambdaEventSource,
};
