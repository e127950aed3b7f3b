/** A sequence of uniform numbers in [0, 1) that depends on nothing but its seed. */
export type Random = () => number;

/** Independent sequences for different words and numbers: `randomFrom(seed, 'arrivals', 0)`. */
export function randomFrom(...seed: readonly (string | number)[]): Random {
  let state = hash(seed.join('\u0000'));
  // Mulberry32: 32 bits of state are plenty for a schedule, and every step is integer arithmetic.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** FNV-1a with a final mix, so that seeds that differ in one character start far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
