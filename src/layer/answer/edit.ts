import type { EventPath, Step } from '../event/path.ts';
import { ownKey } from '../event/read.ts';

/** How a value is changed: left out, or made another one; undefined where it has nothing to change. */
export type Change = (value: unknown) => Changed | undefined;
export type Changed = { readonly type: 'drop' } | { readonly type: 'put'; readonly value: unknown };

/** Objects and lists as they would be sent, that hold what was changed. */
interface Edited {
  readonly value: unknown;
}

/**
 * A copy of an answer, changed at a path; undefined where there is nothing to change. The answer itself, which a
 * function may well keep, is never touched. Text that the path goes on into is JSON before and after; a body that is
 * base64 is decoded and encoded again.
 */
export function edited(answer: unknown, path: EventPath, change: Change): Edited | undefined {
  const changed = at(asSent(answer), path, change, undefined);
  return changed?.type === 'put' ? { value: changed.value } : undefined;
}

/** @param before the step that led here */
function at(value: unknown, path: EventPath, change: Change, before: Step | undefined): Changed | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (typeof value === 'string') return inText(value, path, change);
  if (Array.isArray(value)) return inList(value, step, rest, change);
  return typeof value === 'object' && value !== null ? inObject(value, path, change, before) : undefined;
}

function inText(text: string, path: EventPath, change: Change): Changed | undefined {
  const parsed = parsedJson(text);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const changed = at(parsed, path, change, undefined);
  return changed?.type === 'put' ? put(JSON.stringify(changed.value)) : undefined;
}

function inList(list: readonly unknown[], step: Step, rest: EventPath, change: Change): Changed | undefined {
  if (step.type === 'key') return undefined;
  let found = false;
  const next = list.flatMap((value, index): readonly unknown[] => {
    const changed =
      step.type === 'any' || step.index === index ? at(asSent(value), rest, change, step) : undefined;
    if (changed === undefined) return [value];
    found = true;
    return changed.type === 'put' ? [changed.value] : [];
  });
  return found ? put(next) : undefined;
}

function inObject(
  holder: object,
  [step, ...rest]: EventPath,
  change: Change,
  before: Step | undefined,
): Changed | undefined {
  const name = step?.type === 'key' ? ownKey(holder, step.key, before) : undefined;
  if (name === undefined) return undefined;
  const value = asSent(Reflect.get(holder, name));
  if (value === undefined) return undefined; // it is not sent
  const base64 = name === 'body' && Reflect.get(holder, 'isBase64Encoded') === true;
  const changed =
    base64 && typeof value === 'string' ? inBase64(value, rest, change) : at(value, rest, change, step);
  if (changed === undefined) return undefined;
  const entries = Object.entries(holder).filter(([key]) => changed.type === 'put' || key !== name);
  return put(
    Object.fromEntries(
      entries.map(([key, old]) => [key, key === name && changed.type === 'put' ? changed.value : old]),
    ),
  );
}

/** What is no text is changed as bytes, and nothing inside it can be. */
function inBase64(encoded: string, rest: EventPath, change: Change): Changed | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  if (!isText && rest.length > 0) return undefined;
  const changed = isText ? at(text, rest, change, undefined) : change(bytes);
  if (changed?.type !== 'put') return changed;
  const { value } = changed;
  return typeof value === 'string' || value instanceof Uint8Array
    ? put(Buffer.from(value).toString('base64'))
    : changed;
}

/** As JSON would write it: what has a form of its own for that is asked for it. */
function asSent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const toJson: unknown = Reflect.get(value, 'toJSON');
  return typeof toJson === 'function' ? Reflect.apply(toJson, value, []) : value;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function put(value: unknown): Changed {
  return { type: 'put', value };
}
