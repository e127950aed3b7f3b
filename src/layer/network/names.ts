import dns from 'node:dns';
import { patchMethod } from '../intercept/patch.ts';
import { logOnce, reasonOf } from '../log.ts';
import { whenAllowed, type Cut, type NetworkGate } from './cut.ts';
import { unknownHost, unknownName } from './node-errors.ts';
import { howOf, type NetworkFault } from './reach.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** What the query of each of dns.resolve's types is called in errors. */
const QUERIES: Readonly<Record<string, string>> = {
  resolve4: 'queryA',
  resolve6: 'queryAaaa',
  resolveAny: 'queryAny',
  resolveCaa: 'queryCaa',
  resolveCname: 'queryCname',
  resolveMx: 'queryMx',
  resolveNaptr: 'queryNaptr',
  resolveNs: 'queryNs',
  resolveSoa: 'querySoa',
  resolveSrv: 'querySrv',
  resolveTlsa: 'queryTlsa',
  resolveTxt: 'queryTxt',
};

/** A lookup for one connection that does not find the name; should the dose forbid it by then, the one that would have been. */
export function failingLookup(cut: Cut, instead: unknown): AnyFunction {
  const lookup: unknown = instead ?? dns.lookup;
  return (...args) => {
    whenAllowed(cut, (allowed) => {
      if (!allowed) return void (isFunction(lookup) && Reflect.apply(lookup, undefined, args));
      cut.injected();
      callBack(args, unknownHost(String(args[0])));
    });
  };
}

/**
 * Interception of names that are looked up without a connection: dns.lookup, dns.resolve and what is like them, with
 * callbacks and promises. Returns what undoes it.
 * @param isConnecting a connection is being opened, and has been decided on
 */
export function interceptNames(gate: NetworkGate, isConnecting: () => boolean): () => void {
  let active = true;
  const consider = (name: unknown): Cut | undefined => {
    if (!active || isConnecting() || typeof name !== 'string' || name === '') return undefined;
    try {
      return gate.considerConnection({ host: name.toLowerCase(), port: 0 }, isAboutNames);
    } catch (error) {
      logOnce(`a name was left alone: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const undo = ['lookup', 'resolve', ...Object.keys(QUERIES)].flatMap((name) => [
    patch(dns, name, consider, answerBack),
    patch(dns.promises, name, consider, answerByPromise),
    ...(name === 'lookup' ? [] : [patch(dns.Resolver.prototype, name, consider, answerBack)]),
    ...(name === 'lookup' ? [] : [patch(dns.promises.Resolver.prototype, name, consider, answerByPromise)]),
  ]);
  return () => {
    active = false;
    for (const restore of undo) restore();
  };
}

/** A name has no port: a fault for one port leaves names alone. */
function isAboutNames(fault: NetworkFault): boolean {
  return howOf(fault) === 'dns';
}

type Respond = (cut: Cut, error: Error, proceed: () => unknown, args: unknown[]) => unknown;

const answerBack: Respond = (cut, error, proceed, args) => {
  whenAllowed(cut, (allowed) => {
    if (!allowed) return void proceed();
    cut.injected();
    callBack(args, error);
  });
  // What a lookup returns says nothing and is never used; a resolver returns its request, which nobody waits for.
  return {};
};

const answerByPromise: Respond = (cut, error, proceed) =>
  new Promise((resolve, reject) => {
    whenAllowed(cut, (allowed) => {
      if (!allowed) return resolve(proceed());
      cut.injected();
      reject(error);
    });
  });

function patch(
  owner: object,
  name: string,
  consider: (host: unknown) => Cut | undefined,
  respond: Respond,
): () => void {
  const original: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
  // Not every version of Node has every type of query.
  if (!isFunction(original)) return () => undefined;
  const method: AnyFunction = function (...args) {
    const proceed = (): unknown => Reflect.apply(original, this, args);
    const cut = consider(args[0]);
    return cut === undefined ? proceed() : respond(cut, errorOf(name, args), proceed, args);
  };
  // util.promisify looks at properties of the function that it is given.
  for (const key of Reflect.ownKeys(original)) {
    const property = Object.getOwnPropertyDescriptor(original, key);
    if (property !== undefined && key !== 'prototype') Object.defineProperty(method, key, property);
  }
  return patchMethod(owner, name, method);
}

function errorOf(name: string, [host, type]: unknown[]): Error {
  if (name === 'lookup') return unknownHost(String(host));
  const record = typeof type === 'string' ? type : 'A';
  const query = QUERIES[name] ?? `query${record.charAt(0).toUpperCase()}${record.slice(1).toLowerCase()}`;
  return unknownName(query, String(host));
}

function callBack(args: readonly unknown[], error: Error): void {
  const callback = args.at(-1);
  if (isFunction(callback)) process.nextTick(() => Reflect.apply(callback, undefined, [error]));
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}
