import { sqsPolicy } from './changers/sqs-policy.ts';
import { deniedTo, listed } from './denied.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const sqsDeny: ControlPlaneFaultModule<'sqs.deny'> = {
  explain: ({ target, operations = ['SendMessage'], roles }) =>
    `${listed(operations)} on queue ${target} ${deniedTo(roles)}`,
  // What is not deleted comes again, and goes to the dead-letter queue at worst.
  losesData({ operations = ['SendMessage'] }) {
    if (operations.includes('SendMessage'))
      return 'messages are lost whose senders do not keep them and try again, as many AWS services do not';
    if (operations.includes('ReceiveMessage'))
      return 'messages are lost that meanwhile grow older than the queue keeps them';
    return null;
  },
  changer: sqsPolicy,
};
