import type { Clock } from '../clock.ts';
import { Addresses } from './addresses.ts';
import type { NetworkGate } from './cut.ts';
import { interceptNames } from './names.ts';
import { howOf, type NetworkFault } from './reach.ts';
import { Sockets } from './sockets.ts';

/** The interception of connections and names, as far as the faults of a dose need it. */
export class Network {
  readonly sockets: Sockets;
  readonly addresses: Addresses;
  readonly #restoreNames: () => void;

  constructor(faults: readonly NetworkFault[], gate: NetworkGate, clock: Clock) {
    this.addresses = new Addresses(faults, clock);
    this.sockets = new Sockets(gate);
    this.#restoreNames = faults.some((fault) => howOf(fault) === 'dns')
      ? interceptNames(gate, () => this.sockets.connecting)
      : () => undefined;
  }

  restore(): void {
    this.#restoreNames();
    this.sockets.restore();
  }
}
