/** A secret in use is read anew after this. */
const keptMs = 5 * 60_000;
/** Whoever sends wrong signatures must not make us read it more often than this. */
const atMostEachMs = 30_000;

export interface SigningSecret {
  /** As it is known; undefined where none is stored. */
  current(): Promise<string | undefined>;
  /** Read anew, since it may have been changed; undefined where that was done a moment ago, or gave the same. */
  changed(): Promise<string | undefined>;
}

/** Keeps the secret for a while, and its absence as well. */
export function signingSecret(read: () => Promise<string | undefined>, now: () => number): SigningSecret {
  let kept: { readonly value: string | undefined; readonly at: number } | undefined;
  const readNow = async (): Promise<string | undefined> => {
    const at = now();
    const value = await read();
    kept = { value: value === '' ? undefined : value, at };
    return kept.value;
  };
  const age = (): number => (kept === undefined ? Infinity : now() - kept.at);
  return {
    async current() {
      const stale = age() >= (kept?.value === undefined ? atMostEachMs : keptMs);
      return stale ? readNow() : kept?.value;
    },
    async changed() {
      if (age() < atMostEachMs) return undefined;
      const before = kept?.value;
      const after = await readNow();
      return after === before ? undefined : after;
    },
  };
}
