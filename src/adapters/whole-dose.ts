import type { Dose } from '../generated/types.ts';
import { validateDose } from '../generated/validate-dose.js';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { doseKey } from './function-table.ts';

/**
 * A function's dose with its key, where it has one: for whoever signs with that, and for nobody else. Undefined without
 * a dose in place. By itself, because what knows all kinds of faults is large, and no other function needs it.
 */
export async function readWholeDose(table: DynamoDbTable, functionName: string): Promise<Dose | undefined> {
  const item = await table.get(doseKey(functionName));
  if (item === undefined || item['cleared']?.BOOL === true) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(item['body']?.S ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isDose(value) ? value : undefined;
}

function isDose(value: unknown): value is Dose {
  return validateDose(value);
}
