import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { lastHeld } from '../adapters/held-runs.ts';
import { wait } from '../adapters/system-clock.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { Refusal } from '../core/guards.ts';
import type { EpochMs } from '../core/ids.ts';

const dayMs = 86_400_000;

/**
 * The ladder: why an experiment may not run here yet, or nothing. It must have held at the other stage of this account
 * and Region. What cannot be read there refuses: nobody knows whether it held.
 */
export async function refusalsOfLadder(
  { heldOn }: Pick<Guardrails, 'heldOn'>,
  experiment: string,
  now: EpochMs,
  tableOf: (stage: string) => DynamoDbTable,
): Promise<readonly Refusal[]> {
  if (heldOn === null) return [];
  const { stage, withinDays } = heldOn;
  try {
    const held = await lastHeld(tableOf(stage), experiment, now - withinDays * dayMs);
    if (held !== undefined) return [];
  } catch (error) {
    return [
      {
        code: 'ladder-unreadable',
        reason: `The settings require a run of ${experiment} that held at stage ${stage}, and its runs cannot be read (${error instanceof Error ? error.name : String(error)}). Deploy this stage with --param heldOn=${stage}.`,
      },
    ];
  }
  return [
    {
      code: 'not-held-before',
      reason: `The settings require a run of ${experiment} that held at stage ${stage} within ${withinDays} days, and there is none. Start it there first.`,
    },
  ];
}

/** The control table of another stage of this account and Region. */
export function controlTableOf(aws: AwsClients): (stage: string) => DynamoDbTable {
  return (stage) => new DynamoDbTable(aws.get(DynamoDBClient), `inoculate-${stage}-control`, wait);
}
