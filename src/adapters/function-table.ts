import type { RunId } from '../core/ids.ts';
import type { FunctionStore, StoredDose } from '../engine/ports.ts';
import type { Dose, Telemetry } from '../generated/types.ts';
import { validateTelemetry } from '../generated/validate-telemetry.js';
import { type DynamoDbTable, number, text } from './dynamodb-table.ts';

/** Where a function's dose lies. */
export const doseKey = (functionName: string): { pk: string; sk: string } => ({
  pk: `dose#${functionName}`,
  sk: 'dose',
});

export class FunctionTable implements FunctionStore {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async readDose(functionName: string): Promise<StoredDose | undefined> {
    const item = await this.#table.get(doseKey(functionName));
    if (item === undefined) return undefined;
    return {
      epoch: number(item, 'epoch'),
      cleared: item['cleared']?.BOOL === true,
      expiresAt: number(item, 'expiresAt'),
    };
  }

  async writeDose(dose: Dose): Promise<boolean> {
    const written = await this.#table.update(
      doseKey(dose.function),
      'SET v = :v, epoch = :epoch, cleared = :false, expiresAt = :expiresAt, body = :body',
      {
        if: 'attribute_not_exists(pk) OR epoch < :epoch OR (epoch = :epoch AND cleared = :false)',
        values: {
          ':v': { N: '1' },
          ':epoch': { N: String(dose.epoch) },
          ':false': { BOOL: false },
          ':expiresAt': { N: String(dose.expiresAt) },
          ':body': { S: JSON.stringify(dose) },
        },
      },
    );
    return written !== undefined;
  }

  async clearDose(functionName: string, epoch: number): Promise<boolean> {
    const cleared = await this.#table.update(
      doseKey(functionName),
      'SET v = :v, epoch = :epoch, cleared = :true, expiresAt = :zero REMOVE body',
      {
        if: 'attribute_not_exists(pk) OR epoch <= :epoch',
        values: {
          ':v': { N: '1' },
          ':epoch': { N: String(epoch) },
          ':true': { BOOL: true },
          ':zero': { N: '0' },
        },
      },
    );
    return cleared !== undefined;
  }

  async readTelemetry(
    functionName: string,
    run: RunId,
  ): Promise<{ items: readonly Telemetry[]; malformed: readonly string[] }> {
    const found = await this.#table.query(`telemetry#${functionName}`, `${run}#`);
    const items: Telemetry[] = [];
    const malformed: string[] = [];
    for (const item of found) {
      const telemetry = parse(item['body']?.S ?? '');
      if (telemetry === undefined) malformed.push(text(item, 'sk'));
      else items.push(telemetry);
    }
    return { items, malformed };
  }
}

function parse(body: string): Telemetry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return validateTelemetry(value) ? value : undefined;
}
