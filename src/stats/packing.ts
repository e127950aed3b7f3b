import type { Histogram } from './histogram.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SEXTETS: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** A packed histogram that is not one. */
export class PackingError extends Error {
  override readonly name = 'PackingError';
}

/**
 * A histogram as telemetry carries it: base64 of LEB128 varints, pairs of (zig-zag difference to the previous bucket,
 * count), the first difference counted from bucket 0.
 */
export function pack(histogram: Histogram): string {
  const bytes: number[] = [];
  let previous = 0;
  for (const [bucket, count] of histogram) {
    writeVarint(bytes, zigZag(bucket - previous));
    writeVarint(bytes, count);
    previous = bucket;
  }
  return toBase64(bytes);
}

/** The histogram in a packed text. Throws PackingError, with the reason, on anything that `pack` would not write. */
export function unpack(text: string): Histogram {
  const numbers = readVarints(fromBase64(text));
  if (numbers.length % 2 !== 0)
    throw new PackingError('packed histogram ends with a bucket that has no count');
  const counts: [bucket: number, count: number][] = [];
  let previous = 0;
  for (let at = 0; at < numbers.length; at += 2) {
    const difference = unZigZag(numbers[at] ?? 0);
    const count = numbers[at + 1] ?? 0;
    if (at > 0 && difference <= 0)
      throw new PackingError(`packed histogram is not ascending at bucket ${previous}`);
    if (count === 0)
      throw new PackingError(`packed histogram has no count in bucket ${previous + difference}`);
    previous += difference;
    counts.push([previous, count]);
  }
  return counts;
}

function zigZag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unZigZag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

// Arithmetic instead of bit operators: those cut a count at 32 bits.
function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readVarints(bytes: readonly number[]): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 0x80) * scale;
    if (value > Number.MAX_SAFE_INTEGER) throw new PackingError('packed histogram has a number beyond 2^53');
    if (byte >= 0x80) {
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER)
        throw new PackingError('packed histogram has a number beyond 2^53');
    } else {
      numbers.push(value);
      value = 0;
      scale = 1;
    }
  }
  if (scale !== 1) throw new PackingError('packed histogram ends within a number');
  return numbers;
}

function toBase64(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(at, at + 3);
    const sextets = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const used = Math.min(bytes.length - at, 3) + 1;
    for (let i = 0; i < 4; i++) text += i < used ? ALPHABET.charAt(sextets[i] ?? 0) : '=';
  }
  return text;
}

function fromBase64(text: string): number[] {
  const letters = text.replace(/={1,2}$/, '');
  if (letters.length % 4 === 1)
    throw new PackingError('packed histogram is not base64: it ends within a byte');
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of letters) {
    const sextet = SEXTETS.get(letter);
    if (sextet === undefined) throw new PackingError(`packed histogram is not base64: found "${letter}"`);
    bits = ((bits << 6) | sextet) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 0xff);
    }
  }
  return bytes;
}
