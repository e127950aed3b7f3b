import { formatDuration } from '../core/units.ts';
import { sqsTiming } from './changers/sqs-timing.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const sqsVisibility: ControlPlaneFaultModule<'sqs.visibility'> = {
  explain: ({ target, visibilityTimeout, delay }) =>
    [
      ...(visibilityTimeout === undefined
        ? []
        : [
            `messages of ${target} come again ${formatDuration(visibilityTimeout)} after they were received, unless they are deleted before`,
          ]),
      ...(delay === undefined ? [] : [`new messages of ${target} wait for ${formatDuration(delay)}`]),
    ].join('; '),
  // A message that comes too often goes to the queue's dead-letter queue, from where it can be moved back.
  losesData: () => null,
  changer: sqsTiming,
};
