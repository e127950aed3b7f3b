import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Workload } from '../../generated/types.ts';
import { type Random, randomFrom } from './random.ts';

type Stream = Workload['streams'][number];

/** The event of a stream's n-th invocation: the same for the same seed, whatever was sent before. */
export type EventOf = (n: number) => unknown;

/** What is wrong with a workload before anything is sent: where, and what would be right. */
export interface WorkloadMistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly expected: string;
}

/** Everything in a workload that only shows beside its files and its service; empty where all is well. */
export function workloadMistakes(
  workload: Workload,
  dir: string,
  functionKeys: readonly string[],
): WorkloadMistake[] {
  return workload.streams.flatMap((stream, index) => {
    const at = ['streams', index] as const;
    const mistakes: WorkloadMistake[] = [];
    if (!functionKeys.includes(stream.function)) {
      const message = `The service has no function ${stream.function}`;
      mistakes.push({ path: [...at, 'function'], message, expected: `one of ${functionKeys.join(', ')}` });
    }
    const events = readEvents(stream, dir);
    if ('message' in events) mistakes.push({ path: [...at, 'events'], ...events });
    const wrong = placeholdersOf(stream.template).filter((text) => valueOf(text, 0, () => 0) === undefined);
    for (const text of new Set(wrong)) {
      const expected = '${n}, ${uuid}, ${int:1-100} or ${pick:a|b|c}';
      mistakes.push({ path: [...at, 'template'], message: `${text} is no placeholder`, expected });
    }
    return mistakes;
  });
}

/** Throws where the events' file cannot be used. */
export function eventsOf(stream: Stream, index: number, seed: number, dir: string): EventOf {
  if (stream.events === undefined) {
    return (n) => render(stream.template ?? {}, n, randomFrom(seed, 'event', index, n));
  }
  const events = readEvents(stream, dir);
  if ('message' in events) throw new Error(`${events.message}; expected ${events.expected}.`);
  return (n) => events.list[n % events.list.length];
}

type Events = { readonly list: readonly unknown[] } | { readonly message: string; readonly expected: string };

function readEvents({ events }: Stream, dir: string): Events {
  if (events === undefined) return { list: [] };
  const file = path.resolve(dir, events);
  const expected = 'a JSON file with one event, or a list of at least one, relative to the workload';
  if (!existsSync(file)) return { message: `${file} is not there`, expected };
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.length > 0 ? { list } : { message: `${file} holds an empty list`, expected };
  } catch (error) {
    if (error instanceof SyntaxError) return { message: `${file} is not JSON: ${error.message}`, expected };
    throw error;
  }
}

const placeholder = /\$\{[^}]*\}/g;

function placeholdersOf(value: unknown): string[] {
  if (typeof value === 'string') return value.match(placeholder) ?? [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(placeholdersOf);
}

function render(value: unknown, n: number, random: Random): unknown {
  if (typeof value === 'string') return renderText(value, n, random);
  if (Array.isArray(value)) return value.map((item) => render(item, n, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, render(part, n, random)]));
}

/** A number where the whole text is one placeholder for a number. */
function renderText(text: string, n: number, random: Random): string | number {
  if (/^\$\{[^}]*\}$/.test(text)) return valueOf(text, n, random) ?? text;
  return text.replaceAll(placeholder, (match) => String(valueOf(match, n, random) ?? match));
}

/** `undefined` where it is none of ours. */
function valueOf(text: string, n: number, random: Random): string | number | undefined {
  const inner = text.slice(2, -1);
  if (inner === 'n') return n;
  if (inner === 'uuid') return uuid(random);
  const [, min, max] = /^int:(-?\d+)-(-?\d+)$/.exec(inner) ?? [];
  if (min !== undefined && max !== undefined && Number(min) <= Number(max)) {
    return Number(min) + Math.floor(random() * (Number(max) - Number(min) + 1));
  }
  const words = /^pick:(.+)$/.exec(inner)?.[1]?.split('|');
  return words?.[Math.floor(random() * words.length)];
}

/** Version 4 in form; its bits come from the seed. */
function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = '89ab'.charAt(Math.floor(random() * 4));
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}
