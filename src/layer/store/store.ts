import type { Telemetry } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import { senderTo, type Response } from './request.ts';
import { readCredentials, signed } from './signature.ts';

/** The dose item as it lies in the table, before anything in it is believed. */
export interface DoseItem {
  readonly version: number | undefined;
  readonly epoch: number | undefined;
  readonly cleared: boolean;
  readonly expiresAt: number | undefined;
  readonly body: string | undefined;
}

export interface DoseAnswer {
  /** Undefined where there is no item. */
  readonly item: DoseItem | undefined;
  /** The store's clock when it answered, to the second, in milliseconds since 1970; undefined if it did not say. */
  readonly serverDate: number | undefined;
}

/** The function table, as a target function may use it. */
export interface Store {
  /** One read. @param consistent costs twice as much @param deadlineMs when to give up */
  readDose(consistent: boolean, deadlineMs: number): Promise<DoseAnswer>;
  /**
   * Overwrites this realm's report if its sequence number is higher than the stored one; a report that is there
   * already, or has been overtaken, counts as written.
   */
  writeTelemetry(telemetry: Telemetry, ttlSeconds: number, deadlineMs: number): Promise<void>;
}

/** DynamoDB by plain signed requests: the AWS SDK would cost a cold start a tenth of a second. */
export function dynamoStore(
  target: { table: string; functionName: string; region: string; endpoint: string },
  clock: Clock,
  env: NodeJS.ProcessEnv,
): Store {
  const sender = senderTo(target.endpoint);
  const call = (operation: string, input: object, deadlineMs: number): Promise<Response> => {
    const body = JSON.stringify(input);
    const headers = {
      host: sender.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const request = { method: 'POST', path: '/', headers, body };
    return sender.post(
      signed(request, readCredentials(env), target.region, 'dynamodb', clock.now()),
      body,
      deadlineMs,
    );
  };
  return {
    async readDose(consistent, deadlineMs) {
      const key = { pk: { S: `dose#${target.functionName}` }, sk: { S: 'dose' } };
      const response = await call(
        'GetItem',
        { TableName: target.table, Key: key, ConsistentRead: consistent },
        deadlineMs,
      );
      if (response.status !== 200) throw failure('the dose could not be read', response);
      return { item: readItem(response.body), serverDate: dateOf(response) };
    },
    async writeTelemetry(telemetry, ttlSeconds, deadlineMs) {
      const item = {
        pk: { S: `telemetry#${target.functionName}` },
        sk: { S: `${telemetry.runId}#${telemetry.realm}` },
        v: { N: '1' },
        seq: { N: String(telemetry.seq) },
        ttl: { N: String(ttlSeconds) },
        body: { S: JSON.stringify(telemetry) },
      };
      const response = await call(
        'PutItem',
        {
          TableName: target.table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(#seq) OR #seq < :seq',
          ExpressionAttributeNames: { '#seq': 'seq' },
          ExpressionAttributeValues: { ':seq': item.seq },
        },
        deadlineMs,
      );
      if (response.status === 200 || errorName(response) === 'ConditionalCheckFailedException') return;
      throw failure('telemetry could not be written', response);
    },
  };
}

function readItem(body: string): DoseItem | undefined {
  const parsed: unknown = JSON.parse(body);
  const item = property(parsed, 'Item');
  if (item === undefined) return undefined;
  return {
    version: numberOf(property(item, 'v')),
    epoch: numberOf(property(item, 'epoch')),
    // Anything but a clear "false" means cleared.
    cleared: property(property(item, 'cleared'), 'BOOL') !== false,
    expiresAt: numberOf(property(item, 'expiresAt')),
    body: textOf(property(item, 'body')),
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(attribute: unknown): string | undefined {
  const text = property(attribute, 'S');
  return typeof text === 'string' ? text : undefined;
}

function numberOf(attribute: unknown): number | undefined {
  const text = property(attribute, 'N');
  return typeof text === 'string' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function dateOf(response: Response): number | undefined {
  const date = Date.parse(String(response.headers['date']));
  return Number.isNaN(date) ? undefined : date;
}

function errorName(response: Response): string {
  try {
    return String(property(JSON.parse(response.body), '__type')).replace(/^.*#/, '');
  } catch {
    return 'an answer that is not JSON';
  }
}

function failure(what: string, response: Response): Error {
  return new Error(`${what}: ${errorName(response)} (status ${response.status})`);
}
