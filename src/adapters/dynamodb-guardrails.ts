import { defaultGuardrails, type Guardrails } from '../core/guardrails.ts';
import { nonsenseIn } from '../core/guardrails-checks.ts';
import type { StoredGuardrails } from '../generated/types.ts';
import { validateGuardrails } from '../generated/validate-guardrails.js';
import type { DynamoDbTable, Item } from './dynamodb-table.ts';

/** In the control table: `guardrails` / `current`, and each version beside it. */
export const guardrailsPartition = 'guardrails';
export const currentKey = { pk: guardrailsPartition, sk: 'current' };

/**
 * What applies at this stage, read consistently; the default where nothing is stored. What is stored and not understood
 * refuses every run, with the reason: nobody knows what it forbids.
 */
export async function readGuardrails(
  control: Pick<DynamoDbTable, 'get'>,
  stage: string,
): Promise<Guardrails> {
  const item = await control.get(currentKey);
  return item === undefined ? defaultGuardrails(stage) : guardrailsOf(item, stage);
}

/** What an item of the settings says; where it cannot be understood, that nothing may run. */
export function guardrailsOf(item: Item, stage: string): Guardrails {
  const version = versionOf(item);
  const stored = storedIn(item);
  if (version !== undefined && stored.ok) return { version, ...stored.guardrails };
  const what = version === undefined ? 'The stored settings' : `Version ${version} of the settings`;
  return {
    ...defaultGuardrails(stage),
    version: version ?? 0,
    refusedHere: `${what} cannot be understood: ${stored.ok ? 'their version is missing' : stored.reason}. Store them anew with "inoculate settings FILE".`,
  };
}

/** Undefined where the item has none that could be. */
export function versionOf(item: Item): number | undefined {
  const version = Number(item['version']?.N);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

export type Understood =
  | { readonly ok: true; readonly guardrails: StoredGuardrails }
  | { readonly ok: false; readonly reason: string };

function storedIn(item: Item): Understood {
  const body = item['body']?.S;
  if (body === undefined) return { ok: false, reason: 'they have no body' };
  const parsed = parse(body);
  return parsed.ok ? understand(parsed.value) : parsed;
}

/** Guardrails as they may be stored; or what in them means nothing. */
export function understand(value: unknown): Understood {
  if (!validateGuardrails(value)) return { ok: false, reason: firstError() };
  const nonsense = nonsenseIn(value);
  return nonsense === undefined ? { ok: true, guardrails: value } : { ok: false, reason: nonsense };
}

function parse(
  body: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string } {
  try {
    return { ok: true, value: JSON.parse(body) as unknown };
  } catch {
    // A SyntaxError, and nothing else: what is stored is text.
    return { ok: false, reason: 'they are not JSON' };
  }
}

/** What the validator said last. */
function firstError(): string {
  const [first] = validateGuardrails.errors ?? [];
  if (first === undefined) return 'they do not follow their schema';
  return `${first.instancePath === '' ? 'at the top' : first.instancePath.slice(1).replaceAll('/', '.')} ${first.message ?? first.keyword}`;
}
