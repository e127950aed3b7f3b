import type { Json, Store } from './ports.ts';

/** So many undo records are kept in mind: far more than one process works on at a time. */
const mostKept = 200;

/** Undo records are written once, so that a process need not read again what it has written or read. */
export function rememberedUndo(store: Store): Store {
  const kept = new Map<string, Json>();
  const keep = (key: string, undo: Json): Json => {
    const [oldest] = kept.keys();
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
    kept.set(key, undo);
    return undo;
  };
  const replaced: Pick<Store, 'putUndo' | 'readUndo'> = {
    putUndo: async (id, unit, undo) => keep(`${id} ${unit}`, await store.putUndo(id, unit, undo)),
    readUndo: async (id, unit) => {
      const key = `${id} ${unit}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const undo = await store.readUndo(id, unit);
      return undo === undefined ? undefined : keep(key, undo);
    },
  };
  return new Proxy(store, {
    get(inner, name) {
      const own: unknown = Reflect.get(replaced, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(inner, name);
      return typeof method === 'function' ? (method.bind(inner) as unknown) : method;
    },
  });
}
