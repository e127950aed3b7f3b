const encoder = new TextEncoder();

/**
 * MurmurHash3, x86, 32 bits, over the UTF-8 bytes of `text`: an unsigned integer below 2^32.
 * Source: Austin Appleby's public-domain reference (smhasher, MurmurHash3_x86_32).
 */
export function hash32(text: string, seed = 0): number {
  const bytes = encoder.encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length & ~3;
  let hash = seed;
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scramble(view.getUint32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks; at -= 1) tail = (tail << 8) | view.getUint8(at);
  if (bytes.length > blocks) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The same hash as a number in [0, 1), evenly spread. */
export function unitHash(text: string): number {
  return hash32(text) / 2 ** 32;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
