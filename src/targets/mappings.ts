import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import type { BatchSource } from '../core/facts.ts';
import type { ResolveContext } from './module.ts';

/** The event source mappings that invoke a function. */
export async function mappingsOf(
  FunctionName: string,
  { aws, signal }: ResolveContext,
): Promise<readonly EventSourceMappingConfiguration[]> {
  const mappings: EventSourceMappingConfiguration[] = [];
  const pages = paginateListEventSourceMappings(
    { client: aws.get(LambdaClient) },
    { FunctionName },
    { abortSignal: signal },
  );
  for await (const { EventSourceMappings = [] } of pages) mappings.push(...EventSourceMappings);
  return mappings;
}

/** What follows the type in the source's ARN, if there is one. */
export function sourceNameOf({ EventSourceArn = '' }: EventSourceMappingConfiguration): string | undefined {
  const [, , , , , ...rest] = EventSourceArn.split(':');
  const [typeOrName, name] = rest.join(':').split('/');
  return name ?? typeOrName;
}

/** Services whose batches invocation.batch knows. */
const batchServices: ReadonlySet<string> = new Set(['sqs', 'kinesis', 'dynamodb']);

/** The queues and streams that are read for a function. */
export async function batchesOf(
  functionName: string,
  context: ResolveContext,
): Promise<readonly BatchSource[]> {
  const mappings = await mappingsOf(functionName, context);
  return mappings
    .filter(({ EventSourceArn = '' }) => batchServices.has(EventSourceArn.split(':')[2] ?? ''))
    .map((mapping) => ({
      name: sourceNameOf(mapping) ?? mapping.UUID ?? 'a nameless source',
      reportsItemFailures: mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
    }));
}
