/** A method that was put in the place of another, with what it took the place of. */
interface Patch {
  readonly before: PropertyDescriptor;
  active: boolean;
}

const patches = new WeakMap<object, Patch>();

/**
 * Puts a method in the place of an object's own; the returned function takes it back exactly, in whichever order several
 * patches of one method are taken back: one below another goes when the one above goes. Someone who patched after us
 * keeps their patch; ours below it has to do nothing any more by itself.
 */
export function patchMethod(owner: object, name: string, value: object): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before === undefined) throw new Error(`there is no method ${name} to patch`);
  const patch: Patch = { before, active: true };
  patches.set(value, patch);
  Object.defineProperty(owner, name, { ...before, value });
  return () => {
    patch.active = false;
    let now = patchAt(owner, name);
    while (now !== undefined && !now.active) {
      Object.defineProperty(owner, name, now.before);
      now = patchAt(owner, name);
    }
  };
}

function patchAt(owner: object, name: string): Patch | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
  return typeof value === 'function' ? patches.get(value) : undefined;
}
