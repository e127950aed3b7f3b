/** A property of anything; undefined where there is none. */
export function member(value: unknown, key: PropertyKey): unknown {
  return isObject(value) ? Reflect.get(value, key) : undefined;
}

/** The symbol with that description under which an object keeps something itself. */
export function symbolOf(target: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(target).find((symbol) => symbol.description === description);
}

/** What an object keeps, or its class gives, under a symbol with that description. */
export function underSymbol(target: unknown, description: string): unknown {
  for (let at: unknown = target; isObject(at); at = Object.getPrototypeOf(at)) {
    const symbol = symbolOf(at, description);
    if (symbol !== undefined) return member(target, symbol);
  }
  return undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
