import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { AwsClients } from '../../aws/clients.ts';
import type { RunStateChange } from '../../core/publication.ts';
import type { Ports } from '../../engine/ports.ts';

export const publicationSource = 'inoculate';
export const publicationType = 'Experiment Run State Change';

/** EventBridge takes this many events in one call. */
const eventsPerCall = 10;

/** Puts changes of phase on the event bus; throws where the bus took not all of them. */
export function publisher(aws: AwsClients, bus: string): Ports['publish'] {
  return async (changes) => {
    for (let start = 0; start < changes.length; start += eventsPerCall)
      await put(aws, bus, changes.slice(start, start + eventsPerCall));
  };
}

async function put(aws: AwsClients, bus: string, changes: readonly RunStateChange[]): Promise<void> {
  const { FailedEntryCount, Entries } = await aws.get(EventBridgeClient).send(
    new PutEventsCommand({
      Entries: changes.map((change) => ({
        EventBusName: bus,
        Source: publicationSource,
        DetailType: publicationType,
        Time: new Date(change.at),
        Detail: JSON.stringify(change),
      })),
    }),
  );
  if ((FailedEntryCount ?? 0) === 0) return;
  const failed = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  throw new Error(
    `Bus ${bus} did not take ${FailedEntryCount} of ${changes.length} events: ${failed?.ErrorCode}, ${failed?.ErrorMessage}`,
  );
}
