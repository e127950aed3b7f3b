// A function that calls one AWS service with its real client. Bundled by the tests.
import type { KnownService } from '../../../src/layer/aws/resources.ts';
import { callOf, clientOptions, clients } from '../support/aws-calls.ts';

interface Wanted {
  readonly service: KnownService;
  readonly endpoint: string;
  /** With the handler that the client has by itself: that of Kinesis speaks HTTP/2. */
  readonly ownHandler?: boolean;
}

export async function call({ service, endpoint, ownHandler }: Wanted): Promise<unknown> {
  const options = clientOptions(endpoint);
  const { error, status, attempts } = await callOf(
    service,
    ownHandler === true ? { ...options, requestHandler: undefined } : options,
  );
  const raised: object = Object(error);
  const exported: Record<string, unknown> = { ...clients[service] };
  const own = exported[String(Reflect.get(raised, 'name'))];
  return {
    name: Reflect.get(raised, 'name'),
    isOwnClass: typeof own === 'function' && raised instanceof own,
    fault: Reflect.get(raised, '$fault'),
    message: Reflect.get(raised, 'message'),
    status,
    attempts,
  };
}

export async function put({ endpoint }: Wanted): Promise<unknown> {
  const { EventBridgeClient, PutEventsCommand } = clients.events;
  const Entries = Array.from({ length: 10 }, (_, n) => ({ Detail: JSON.stringify({ n }) }));
  const answer = await new EventBridgeClient(clientOptions(endpoint)).send(new PutEventsCommand({ Entries }));
  return {
    failed: answer.FailedEntryCount,
    results: answer.Entries?.map(({ EventId, ErrorCode }) => EventId ?? ErrorCode),
  };
}
