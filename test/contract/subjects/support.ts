import type { FunctionFacts } from '../../../src/core/facts.ts';
import type { Json } from '../../../src/engine/ports.ts';
import type { OthersChange, Resource } from '../changer-bench.ts';

/** Somebody else changes what our fault had changed. */
export function onSetting(change: () => unknown): OthersChange {
  return { make: () => Promise.resolve(void change()), leaves: 'drift', refusesApply: true };
}

/** Somebody else changes something beside it. */
export function besides(change: () => unknown): OthersChange {
  return { make: () => Promise.resolve(void change()), leaves: 'clean', refusesApply: false };
}

/** All that is known of a thing, but the named fields; null where there is no such thing. */
export function without(thing: object | undefined, ...fields: readonly string[]): Promise<Json> {
  if (thing === undefined) return Promise.resolve(null);
  const rest = Object.entries(thing).filter(([name]) => !fields.includes(name));
  return Promise.resolve(asJson(Object.fromEntries(rest)));
}

/** As it would stand in an answer of AWS. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** What is there; a test that asks for it after its removal is wrong. */
export function present<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('It is gone');
  return thing;
}

export function targetOf(
  type: Exclude<Resource['target']['type'], 'function'>,
  id: string,
  arn: string,
): Resource['target'] {
  return { name: 'checkout', type, optedIn: true, local: true, id, arn };
}

export function functionTarget(
  id: string,
  arn: string,
): FunctionFacts & { readonly id: string; readonly arn: string } {
  const asTarget = { name: 'checkout', type: 'function', optedIn: true, local: true } as const;
  return { ...asTarget, id, arn, layerAttached: false, timeoutMs: 6_000, asynchronous: null };
}
