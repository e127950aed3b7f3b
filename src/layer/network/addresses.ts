import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { hostAndPort, type NetworkFault } from './reach.ts';

/** Names of databases that fail over live for seconds: their addresses are asked for again after this time. */
const REFRESH_AFTER_MS = 5_000;

interface Known {
  readonly addresses: Set<string>;
  askedAt: number;
}

/**
 * The addresses of the hosts that faults name, so that a connection to an address is known for one to that host. Asked
 * for when the faults begin, and again when they are used later on; an address once seen stays, since connections to it
 * do. Names with a wildcard cannot be asked for.
 */
export class Addresses {
  readonly #hosts = new Map<string, Known>();
  readonly #clock: Clock;
  // Taken before anybody patches it for the faults.
  readonly #lookup = lookup;

  constructor(faults: readonly NetworkFault[], clock: Clock) {
    this.#clock = clock;
    for (const fault of faults) {
      if (fault.kind !== 'dependency.unreachable' || fault.host === undefined) continue;
      const { host } = hostAndPort(fault.host);
      if (host.startsWith('*.') || isIP(host) !== 0) continue;
      this.#hosts.set(host, { addresses: new Set(), askedAt: Number.NEGATIVE_INFINITY });
    }
    this.refresh();
  }

  readonly of = (host: string): ReadonlySet<string> => this.#hosts.get(host)?.addresses ?? new Set();

  /** Asks again, in the background, for what is getting old. */
  refresh(): void {
    const now = this.#clock.monotonic();
    for (const [host, known] of this.#hosts) {
      if (now - known.askedAt < REFRESH_AFTER_MS) continue;
      known.askedAt = now;
      this.#lookup(host, { all: true }, (error, found) => {
        // A name that cannot be resolved has no addresses to be hit by.
        if (error === null) for (const { address } of found) known.addresses.add(address);
      });
    }
  }
}
