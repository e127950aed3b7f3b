import type { StoredGuardrails } from '../generated/types.ts';
import { currentKey, guardrailsPartition, storedIn, versionOf } from './dynamodb-guardrails.ts';
import { type DynamoDbTable, type Item, number, text } from './dynamodb-table.ts';

/** A version of the settings in a line. */
export interface SettingsLine {
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly file: string;
}

/** The same with the file as it was written, and what it says for this stage. */
export interface SettingsVersion extends SettingsLine {
  readonly text: string;
  readonly guardrails: StoredGuardrails;
}

/** As it is stored: what another version of Inoculate wrote need not be understood. */
export type KeptVersion =
  | (SettingsVersion & { readonly unreadable: null })
  | (SettingsLine & { readonly text: string; readonly guardrails: null; readonly unreadable: string });

/** The versions of the settings, for the one function that writes them. */
export class DynamoDbSettings {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  /** The one in force; undefined where none is stored. */
  async current(): Promise<KeptVersion | undefined> {
    const item = await this.#table.get(currentKey);
    return item === undefined ? undefined : keptOf(item);
  }

  async version(version: number): Promise<KeptVersion | undefined> {
    const item = await this.#table.get(versionKey(version));
    return item === undefined ? undefined : keptOf(item);
  }

  /** The last versions, the last first. */
  async history(limit: number): Promise<readonly SettingsLine[]> {
    const current = await this.#table.get(currentKey);
    if (current === undefined) return [];
    const last = number(current, 'version');
    const earlier = Array.from({ length: Math.min(limit, last) - 1 }, (_, index) => last - 1 - index);
    const items = await this.#table.getAll(earlier.map(versionKey));
    return [current, ...items].map(lineOf).sort((a, b) => b.version - a.version);
  }

  /**
   * Stores the version after the one that it replaces, unless somebody else has replaced that. `current` decides; the
   * version's own item follows it, and is written by the next version should this process die between the two.
   */
  async put(settings: SettingsVersion): Promise<'stored' | 'conflict'> {
    const replaces = settings.version - 1;
    const before = replaces === 0 ? undefined : await this.#table.get(currentKey);
    if (before !== undefined && versionOf(before) === replaces) await this.#keep(before);
    const item = itemOf(settings);
    const stored = await this.#table.put(
      currentKey,
      item,
      replaces === 0
        ? { if: 'attribute_not_exists(version)' }
        : { if: 'version = :before', values: { ':before': { N: String(replaces) } } },
    );
    if (!stored) return 'conflict';
    await this.#keep(item);
    return 'stored';
  }

  /** Once: nothing changes what was in force. */
  async #keep({ pk: _pk, sk: _sk, ...item }: Item): Promise<void> {
    await this.#table.put(versionKey(number(item, 'version')), item, { if: 'attribute_not_exists(pk)' });
  }
}

/** So that the order of the keys is the order of the versions. */
function versionKey(version: number): { readonly pk: string; readonly sk: string } {
  return { pk: guardrailsPartition, sk: `version#${String(version).padStart(6, '0')}` };
}

function itemOf({ version, at, by, file, text: written, guardrails }: SettingsVersion): Item {
  return {
    version: { N: String(version) },
    at: { N: String(at) },
    by: { S: by },
    file: { S: file },
    text: { S: written },
    body: { S: JSON.stringify(guardrails) },
  };
}

function lineOf(item: Item): SettingsLine {
  return {
    version: number(item, 'version'),
    at: number(item, 'at'),
    by: text(item, 'by'),
    file: text(item, 'file'),
  };
}

function keptOf(item: Item): KeptVersion {
  const whole = { ...lineOf(item), text: text(item, 'text') };
  const stored = storedIn(item);
  return stored.ok
    ? { ...whole, guardrails: stored.guardrails, unreadable: null }
    : { ...whole, guardrails: null, unreadable: stored.reason };
}
