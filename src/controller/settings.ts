import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { understand } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbSettings, type KeptVersion, type SettingsLine } from '../adapters/dynamodb-settings.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import { assertNever } from '../core/assert.ts';
import { defaultGuardrails, type Guardrails } from '../core/guardrails.ts';
import { openToAll } from '../core/guardrails-checks.ts';
import type { SettingsMessage } from '../generated/types.ts';
import { controllerEnvironment } from './environment.ts';
import { log } from './log.ts';

/** An item of DynamoDB holds 400 KB; the rest is for the file's text. */
const maxBodyBytes = 250_000;
const maxTextBytes = 120_000;

/** The settings in force, or of an earlier version. */
export interface SettingsShown {
  readonly result: 'settings';
  readonly guardrails: Guardrails;
  /** Null where none are stored. */
  readonly stored: (SettingsLine & { readonly text: string }) | null;
}

export type SettingsAnswer =
  | SettingsShown
  | { readonly result: 'unknown-version'; readonly version: number }
  | { readonly result: 'history'; readonly versions: readonly SettingsLine[] }
  | { readonly result: 'stored'; readonly version: number; readonly at: number }
  /** Somebody else has stored settings meanwhile. */
  | { readonly result: 'conflict'; readonly version: number }
  | { readonly result: 'refused'; readonly reason: string };

export interface SettingsPorts {
  readonly stage: string;
  readonly table: DynamoDbTable;
  readonly now: () => number;
}

/** Nothing of the engine: whoever may invoke this may widen or narrow what runs may do, and start none. */
export function openSettings(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): SettingsPorts {
  const { stage, controlTable } = controllerEnvironment(variables);
  const table = new DynamoDbTable(aws.get(DynamoDBClient), controlTable, wait);
  return { stage, table, now: () => systemClock.now() };
}

export async function answerSettings(
  ports: SettingsPorts,
  request: SettingsMessage,
): Promise<SettingsAnswer> {
  const settings = new DynamoDbSettings(ports.table, ports.stage);
  switch (request.inoculate) {
    case 'settings-get/1':
      return request.version === undefined
        ? shown(await settings.current(), ports.stage)
        : earlier(settings, request.version, ports.stage);
    case 'settings-history/1':
      return { result: 'history', versions: await settings.history(request.limit) };
    case 'settings-put/1':
      return put(ports, settings, request);
    default:
      return assertNever(request);
  }
}

function shown(kept: KeptVersion | undefined, stage: string): SettingsShown {
  if (kept === undefined) return { result: 'settings', guardrails: defaultGuardrails(stage), stored: null };
  const { guardrails, ...stored } = kept;
  return { result: 'settings', guardrails, stored };
}

async function earlier(settings: DynamoDbSettings, version: number, stage: string): Promise<SettingsAnswer> {
  const kept = await settings.version(version);
  return kept === undefined ? { result: 'unknown-version', version } : shown(kept, stage);
}

async function put(
  { stage, now }: SettingsPorts,
  settings: DynamoDbSettings,
  { by, file, text, guardrails: given, replaces }: Extract<SettingsMessage, { inoculate: 'settings-put/1' }>,
): Promise<SettingsAnswer> {
  const understood = understand(given);
  if (!understood.ok)
    return { result: 'refused', reason: `These settings make no sense: ${understood.reason}` };
  const { guardrails } = understood;
  const reason =
    tooLong('file', text, maxTextBytes) ??
    tooLong('settings', JSON.stringify(guardrails), maxBodyBytes) ??
    openToAll(guardrails, stage);
  if (reason !== undefined) return { result: 'refused', reason };
  const version = replaces + 1;
  const at = now();
  const result = await settings.put({ version, at, by, file, text, guardrails });
  if (result === 'conflict') return { result, version: (await settings.current())?.version ?? 0 };
  log('info', 'the settings were stored', { version, by, file });
  return { result, version, at };
}

function tooLong(what: string, text: string, maxBytes: number): string | undefined {
  const bytes = Buffer.byteLength(text);
  return bytes <= maxBytes
    ? undefined
    : `The ${what} would take ${Math.ceil(bytes / 1000)} KB, and at most ${maxBytes / 1000} are kept`;
}
