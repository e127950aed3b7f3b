// What a fault could leave behind in a process, and whether anything in it has changed. Bundled into the test functions.
import diagnostics from 'node:diagnostics_channel';
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(process.cwd() + '/');
/** Loading them warns, or they are not there in every version. */
const unasked = /^_|^(punycode|sys|trace_events|inspector|repl|wasi|cluster|domain)(\/|$)|^(test|sqlite|sea)/;
const channels = [
  'net.client.socket',
  'net.server.socket',
  'undici:request:create',
  'undici:client:connected',
  'undici:client:sendHeaders',
  'http.client.request.start',
  'http.client.request.created',
  'http2.client.stream.created',
];

let remembered: Map<string, unknown> | undefined;

/** Remembers every function that others could patch; from then on `changed` tells which are others. */
export function remember(): number {
  everyFunction(); // some are made when they are first looked at
  remembered = everyFunction();
  return remembered.size;
}

export function changed(): string[] {
  const now = everyFunction();
  const before = remembered ?? new Map<string, unknown>();
  const names = new Set([...now.keys(), ...before.keys()]);
  return [...names].filter((name) => now.get(name) !== before.get(name)).toSorted();
}

/** What belongs to Node's modules, the global object and the process, with their prototypes, by place. */
function everyFunction(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const seen = new Set<unknown>();
  for (const name of builtinModules.map((id) => id.replace('node:', ''))) {
    if (!unasked.test(name)) walk(require(`node:${name}`), name, 3, found, seen);
  }
  walk(globalThis, 'globalThis', 2, found, seen);
  walk(process, 'process', 2, found, seen);
  const dispatcher: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  walk(dispatcher, 'dispatcher', 2, found, seen);
  for (const name of channels) found.set(`channel ${name}`, diagnostics.hasSubscribers(name));
  return found;
}

function walk(
  value: unknown,
  place: string,
  depth: number,
  found: Map<string, unknown>,
  seen: Set<unknown>,
): void {
  if (depth === 0 || seen.has(value)) return;
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) {
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    const where = `${place}.${String(key)}`;
    for (const [kind, part] of [
      ['', property.value],
      [' get', property.get],
      [' set', property.set],
    ] as const) {
      if (typeof part === 'function') found.set(where + kind, part);
    }
    const inner: unknown = property.value;
    const worthwhile =
      typeof inner === 'function' || key === 'prototype' || key === 'promises' || key === 'default';
    if (worthwhile) walk(inner, where, depth - 1, found, seen);
  }
  if (typeof value === 'object')
    walk(Object.getPrototypeOf(value), `${place}.__proto__`, depth - 1, found, seen);
}

export interface Traces {
  readonly rss: number;
  readonly heapUsed: number;
  /** What keeps the process alive: timers, sockets, threads. */
  readonly resources: readonly string[];
  readonly listeners: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly sockets: number;
  /** Open files by name. */
  readonly files: readonly string[];
  readonly temporary: readonly string[];
  readonly diskShare: number;
  readonly children: readonly string[];
}

export function traces(): Traces {
  // Node makes them when they are first used, by whomever.
  void [process.stdout, process.stderr];
  const open = openFiles();
  const { blocks, bfree } = statfsSync(tmpdir());
  return {
    rss: residentBytes(),
    heapUsed: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: Object.fromEntries(
      process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    ),
    threads: readdirSync('/proc/self/task').length,
    sockets: open.filter((name) => name.startsWith('socket:')).length,
    files: open.filter((name) => /^\/(?!dev|proc)/.test(name)).toSorted(),
    temporary: readdirSync(tmpdir()).toSorted(),
    diskShare: 1 - bfree / blocks,
    children: childProcesses(),
  };
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      return []; // the descriptor of the reading itself
    }
  });
}

/** As the system counts it. */
function residentBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function childProcesses(): string[] {
  const text = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ');
}
