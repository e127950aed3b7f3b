import { BlockList, isIP } from 'node:net';

/** Whether an address, IPv4 or IPv6, is in a range. */
export type Range = (address: string) => boolean;

const ranges = new Map<string, Range>();

/** The range that a CIDR block means; a single address is a block of its own. Throws where it is none. */
export function rangeOf(cidr: string): Range {
  const range = ranges.get(cidr) ?? readRange(cidr);
  ranges.set(cidr, range);
  return range;
}

function readRange(cidr: string): Range {
  const problem = cidrProblem(cidr);
  if (problem !== undefined) throw new Error(problem);
  const { address, family, bits } = partsOf(cidr);
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return (candidate) => {
    const version = isIP(candidate);
    return version !== 0 && list.check(candidate, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** Why this is no CIDR block, with what would be; undefined where it is one. */
export function cidrProblem(cidr: string): string | undefined {
  const { address, version, bits, length } = partsOf(cidr);
  if (version === 0) return `${cidr} is no range of addresses: 10.0.16.0/20, 2001:db8::/32 and 10.0.0.7 are`;
  if (bits > length)
    return `${cidr} is no range of addresses: an IPv${version} address has ${length} bits, so at most /${length}`;
  const bytes = bytesOf(address, version);
  const network = bytes.map(
    (byte, index) => byte & (0xff << Math.min(8, Math.max(0, 8 * (index + 1) - bits))),
  );
  if (network.every((byte, index) => byte === bytes[index])) return undefined;
  return `${cidr} names an address within a range: ${textOf(network, version)}/${bits} is the range, ${address} the address`;
}

interface Parts {
  readonly address: string;
  /** 4, 6, or 0 where it is no address. */
  readonly version: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
  /** How many bits such an address has. */
  readonly length: number;
}

function partsOf(cidr: string): Parts {
  const [address = '', prefix] = cidr.split('/');
  const version = isIP(address);
  const length = version === 6 ? 128 : 32;
  const bits = prefix === undefined ? length : Number(prefix);
  return { address, version, family: version === 6 ? 'ipv6' : 'ipv4', bits, length };
}

function bytesOf(address: string, version: number): number[] {
  if (version === 4) return address.split('.').map(Number);
  // The URL parser writes every IPv6 address alike, so that only one form is to be read.
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = [], tail] = written.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const after = tail ?? [];
  const middle = Array<string>(tail === undefined ? 0 : 8 - before.length - after.length).fill('0');
  return [...before, ...middle, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function textOf(bytes: readonly number[], version: number): string {
  if (version === 4) return bytes.join('.');
  const groups = bytes.flatMap((byte, index) =>
    index % 2 === 1 ? [] : [((byte << 8) | (bytes[index + 1] ?? 0)).toString(16)],
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
