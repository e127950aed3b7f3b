type Load<K, V> = (keys: readonly K[], signal: AbortSignal) => Promise<readonly V[]>;

/** Asks for what is asked for in the same moment with one call. The first who asks says when it is to be given up. */
export function together<K, V>(load: Load<K, V>): (key: K, signal: AbortSignal) => Promise<V> {
  let open: { readonly keys: K[]; readonly answers: Promise<readonly V[]> } | undefined;
  const begin = (signal: AbortSignal): NonNullable<typeof open> => {
    const keys: K[] = [];
    const answers = Promise.resolve().then(() => {
      open = undefined;
      return load(keys, signal);
    });
    return { keys, answers };
  };
  return async (key, signal) => {
    open ??= begin(signal);
    const { keys, answers } = open;
    const index = keys.push(key) - 1;
    const answer = (await answers)[index];
    if (answer === undefined) throw new Error('Fewer answers than questions');
    return answer;
  };
}
