import type { EventPath, Step } from './path.ts';

/** Of a list with more values than this, only the first are looked at. */
const MOST_VALUES = 10_000;

/**
 * Looks up paths in one event. Strings that a path goes on into are parsed as JSON, once each; bodies that API Gateway
 * and its kin encode, and the data of Kinesis records, are decoded. Only an object's own properties are ever reached,
 * and whatever cannot be read has no values.
 */
export class EventReader {
  readonly #event: unknown;
  readonly #parsed = new Map<string, unknown>();

  constructor(event: unknown) {
    this.#event = event;
  }

  /** Every value at a path; several only where it says `[*]`. */
  valuesAt(path: EventPath): readonly unknown[] {
    try {
      return this.#valuesAt(path);
    } catch {
      return []; // what refuses to be looked at has nothing to show
    }
  }

  #valuesAt(path: EventPath): readonly unknown[] {
    let found: readonly unknown[] = [this.#event];
    let before: Step | undefined;
    for (const step of path) {
      const next: unknown[] = [];
      for (const value of found) {
        this.#take(value, step, before, next);
        if (next.length >= MOST_VALUES) break;
      }
      found = next;
      before = step;
    }
    return found;
  }

  /** Appends what one step leads to from a value. */
  #take(value: unknown, step: Step, before: Step | undefined, into: unknown[]): void {
    const holder = typeof value === 'string' ? this.#json(value) : value;
    if (typeof holder !== 'object' || holder === null) return;
    if (step.type === 'key') {
      const key = Array.isArray(holder) ? undefined : ownKey(holder, step.key, before);
      if (key !== undefined) into.push(decoded(holder, key, Reflect.get(holder, key)));
      return;
    }
    const list = listOf(holder);
    if (step.type === 'any') {
      for (const one of list.slice(0, MOST_VALUES - into.length)) into.push(one);
    } else if (step.index < list.length) into.push(list[step.index]);
  }

  #json(text: string): unknown {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const value = parsed(text);
    this.#parsed.set(text, value);
    return value;
  }
}

function listOf(holder: object): readonly unknown[] {
  return Array.isArray(holder) ? holder : [];
}

function parsed(text: string): unknown {
  // Anything else that is JSON has nothing inside to go on into.
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** API Gateway keeps the case in which a client wrote a header's name, and no client has to care. */
export function ownKey(holder: object, key: string, before: Step | undefined): string | undefined {
  if (Object.hasOwn(holder, key)) return key;
  if (before?.type !== 'key' || !HEADERS.has(before.key)) return undefined;
  const lower = key.toLowerCase();
  return Object.keys(holder).find((name) => name.toLowerCase() === lower);
}

const HEADERS: ReadonlySet<string> = new Set(['headers', 'multiValueHeaders']);

/** A value as its sender wrote it, where the event source has encoded it. */
function decoded(holder: object, key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const encoded =
    key === 'body'
      ? own(holder, 'isBase64Encoded') === true
      : key === 'data' &&
        typeof own(holder, 'sequenceNumber') === 'string' &&
        own(holder, 'partitionKey') !== undefined;
  return encoded ? Buffer.from(value, 'base64').toString('utf8') : value;
}

function own(holder: object, key: string): unknown {
  return Object.hasOwn(holder, key) ? Reflect.get(holder, key) : undefined;
}
