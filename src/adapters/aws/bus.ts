import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { AwsClients } from '../../aws/clients.ts';
import type { GameDayStateChange } from '../../core/gameday/publication.ts';
import type { Ports } from '../../engine/ports.ts';

export const publicationSource = 'inoculate';
export const publicationType = 'Experiment Run State Change';
export const gameDayPublicationType = 'Game Day State Change';

/** EventBridge takes this many events in one call. */
const eventsPerCall = 10;
/** And 256 KB of them: a change of a game day names all of its runs. */
const gameDayEventsPerCall = 4;

/** Puts changes of phase on the event bus; throws where the bus took not all of them. */
export function publisher(aws: AwsClients, bus: string): Ports['publish'] {
  return async (changes) => {
    for (let start = 0; start < changes.length; start += eventsPerCall)
      await put(aws, bus, publicationType, changes.slice(start, start + eventsPerCall));
  };
}

/** The same for game days. */
export function gameDayPublisher(
  aws: AwsClients,
  bus: string,
): (changes: readonly GameDayStateChange[]) => Promise<void> {
  return async (changes) => {
    for (let start = 0; start < changes.length; start += gameDayEventsPerCall)
      await put(aws, bus, gameDayPublicationType, changes.slice(start, start + gameDayEventsPerCall));
  };
}

async function put(
  aws: AwsClients,
  bus: string,
  type: string,
  changes: readonly { readonly at: number }[],
): Promise<void> {
  const { FailedEntryCount, Entries } = await aws.get(EventBridgeClient).send(
    new PutEventsCommand({
      Entries: changes.map((change) => ({
        EventBusName: bus,
        Source: publicationSource,
        DetailType: type,
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
