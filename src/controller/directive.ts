import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { randomText } from '../adapters/random.ts';
import { wait } from '../adapters/system-clock.ts';
import { readWholeDose } from '../adapters/whole-dose.ts';
import type { RunId } from '../core/ids.ts';
import { type SignedDirective, signFor } from '../faults/directive.ts';
import type { RequestMessage } from '../generated/types.ts';
import type { Controller } from './controller.ts';
import { log } from './log.ts';

type DirectiveRequest = Extract<RequestMessage, { inoculate: 'directive/1' }>;

/** Signs a directive. Who may invoke this function may ask for one; neither the log nor a store keeps it. */
export async function signDirectiveFor(
  { aws, environment, ports, store }: Controller,
  request: DirectiveRequest,
): Promise<SignedDirective | { readonly result: 'unknown-run'; readonly run: RunId }> {
  const stored = await store.loadRun(request.run);
  if (stored === undefined) return { result: 'unknown-run', run: request.run };
  const { target, faults, seconds } = request;
  const client = aws.get(DynamoDBClient);
  const table = new DynamoDbTable(client, environment.functionTable, wait);
  const signed = await signFor(
    stored.run,
    { target, ...(faults === undefined ? {} : { faults }), ...(seconds === undefined ? {} : { seconds }) },
    { readDose: (name) => readWholeDose(table, name), now: () => ports.clock.now(), random: randomText },
  );
  if (signed.result === 'directive')
    log('info', 'a directive was signed', { run: request.run, target, faults: signed.faults });
  return signed;
}
