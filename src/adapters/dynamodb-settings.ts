import type { Guardrails } from '../core/guardrails.ts';
import type { StoredGuardrails } from '../generated/types.ts';
import { currentKey, guardrailsOf, guardrailsPartition, versionOf } from './dynamodb-guardrails.ts';
import { type DynamoDbTable, type Item, type Key, number } from './dynamodb-table.ts';

/** A version of the settings in a line. */
export interface SettingsLine {
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly file: string;
}

/** One that is to be stored. */
export interface NewVersion extends SettingsLine {
  /** The file as it was written. */
  readonly text: string;
  readonly guardrails: StoredGuardrails;
}

/** One that is stored. What cannot be understood of it refuses every run, as it does where runs are decided on. */
export interface KeptVersion extends SettingsLine {
  readonly text: string;
  readonly guardrails: Guardrails;
}

/** The versions of the settings, for the one function that writes them. */
export class DynamoDbSettings {
  readonly #table: DynamoDbTable;
  readonly #stage: string;

  constructor(table: DynamoDbTable, stage: string) {
    this.#table = table;
    this.#stage = stage;
  }

  /** The one in force; undefined where none is stored. */
  current(): Promise<KeptVersion | undefined> {
    return this.#read(currentKey);
  }

  version(version: number): Promise<KeptVersion | undefined> {
    return this.#read(versionKey(version));
  }

  /** The last versions, the last first. */
  async history(limit: number): Promise<readonly SettingsLine[]> {
    const current = await this.#table.get(currentKey);
    if (current === undefined) return [];
    const last = versionOf(current) ?? 1;
    const earlier = Array.from({ length: Math.min(limit, last) - 1 }, (_, index) => last - 1 - index);
    const items = await this.#table.getAll(earlier.map(versionKey));
    return [current, ...items].map(lineOf).sort((a, b) => b.version - a.version);
  }

  /**
   * Stores the version after the one that it replaces, unless somebody else has replaced that. `current` decides; the
   * version's own item follows it, and is written by the next version should this process die between the two.
   */
  async put(settings: NewVersion): Promise<'stored' | 'conflict'> {
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

  async #read(key: Key): Promise<KeptVersion | undefined> {
    const item = await this.#table.get(key);
    if (item === undefined) return undefined;
    return { ...lineOf(item), text: item['text']?.S ?? '', guardrails: guardrailsOf(item, this.#stage) };
  }

  /** Once: nothing changes what was in force. */
  async #keep({ pk: _pk, sk: _sk, ...item }: Item): Promise<void> {
    await this.#table.put(versionKey(number(item, 'version')), item, { if: 'attribute_not_exists(pk)' });
  }
}

/** So that the order of the keys is the order of the versions. */
function versionKey(version: number): Key {
  return { pk: guardrailsPartition, sk: `version#${String(version).padStart(6, '0')}` };
}

function itemOf({ version, at, by, file, text: written, guardrails }: NewVersion): Item {
  return {
    version: { N: String(version) },
    at: { N: String(at) },
    by: { S: by },
    file: { S: file },
    text: { S: written },
    body: { S: JSON.stringify(guardrails) },
  };
}

/** Also of an item that is broken: people are to see what they have to replace. */
function lineOf(item: Item): SettingsLine {
  return {
    version: versionOf(item) ?? 0,
    at: Number(item['at']?.N ?? 0),
    by: item['by']?.S ?? 'nobody known',
    file: item['file']?.S ?? '',
  };
}
