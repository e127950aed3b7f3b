/**
 * A dispatcher of the same kind, with the same options and no connection yet: what is sent through it opens one.
 * Undefined for kinds that do not tell how they were made, such as proxies.
 */
export function freshLike(dispatcher: object): object | undefined {
  const options = keptUnder(dispatcher, 'options');
  const url = keptUnder(dispatcher, 'url');
  const connect = keptUnder(dispatcher, 'connector');
  const args = argsOf(dispatcher.constructor.name, { options, url, connect });
  if (args === undefined) return undefined;
  const fresh: unknown = Reflect.construct(dispatcher.constructor, args);
  return typeof fresh === 'object' && fresh !== null ? fresh : undefined;
}

function argsOf(
  kind: string,
  { options, url, connect }: Readonly<Record<'options' | 'url' | 'connect', unknown>>,
): unknown[] | undefined {
  // Bundlers number classes of the same name.
  switch (kind.replace(/[\d_]+/g, '')) {
    case 'Agent':
      return [options];
    case 'Pool':
      return [url, options];
    case 'Client':
      return [url, { connect }];
    case 'DispatcherWrapper': {
      // What undici 8 hands to older copies: its own dispatcher in their words.
      const wrapped: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.2'));
      const fresh = typeof wrapped === 'object' && wrapped !== null ? freshLike(wrapped) : undefined;
      return fresh === undefined ? undefined : [fresh];
    }
    default:
      return undefined;
  }
}

/** undici keeps such things under symbols, by these names in every version since 6. */
function keptUnder(dispatcher: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === name);
  return symbol === undefined ? undefined : Reflect.get(dispatcher, symbol);
}

/** Lets a dispatcher go when it has done what it was made for. */
export function closeSoon(dispatcher: object): void {
  const close: unknown = Reflect.get(dispatcher, 'close');
  if (typeof close !== 'function') return;
  // With a callback, so that nobody has to wait for a promise: its one request has told of its own failure.
  Reflect.apply(close, dispatcher, [() => undefined]);
}
