import { asCall, considerConnection, type DependencyRule, type Injection } from '../calls/consider.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Clock } from '../clock.ts';
import type { Failing } from '../intercept/gate.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { Cut, NetworkGate } from '../network/cut.ts';
import { Network } from '../network/network.ts';
import {
  isMeant,
  isNetworkFault,
  type AddressesOf,
  type Destination,
  type NetworkFault,
} from '../network/reach.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import type { Invocation } from './invocation.ts';

/** What cuts ask of the injector. */
export interface Injecting {
  /** Who acts now, if faults may be injected into that invocation. */
  actor(): Invocation | undefined;
  isAllowed(invocation: Invocation): boolean;
  confirm(invocation: Invocation): Promise<boolean>;
  claim(faultId: string): boolean;
  count(invocation: Invocation, faultId: string, call: OutboundCall): void;
  /** Resolves when nothing more may be injected into this invocation. */
  over(invocation: Invocation): Promise<void>;
}

/** The faults of a dose that cut connections: decides about each, and binds it to the invocation that it happens to. */
export class Cuts implements NetworkGate {
  readonly #rules: readonly DependencyRule[];
  readonly #injecting: Injecting;
  readonly #reporter: Reporter;
  readonly #concurrent: boolean;
  readonly #network: Network | undefined;

  constructor(
    rules: readonly DependencyRule[],
    injecting: Injecting,
    reporter: Reporter,
    clock: Clock,
    concurrent: boolean,
  ) {
    this.#rules = rules;
    this.#injecting = injecting;
    this.#reporter = reporter;
    this.#concurrent = concurrent;
    const faults = rules.map(({ fault }) => fault).filter((fault) => isNetworkFault(fault));
    if (faults.length === 0) return;
    try {
      this.#network = new Network(faults, this, clock);
    } catch (error) {
      logOnce(`connections are left alone: ${reasonOf(error)}`);
    }
  }

  restore(): void {
    this.#network?.restore();
  }

  /** The addresses of the hosts that the faults name. */
  readonly addressesOf: AddressesOf = (host) => {
    this.#network?.addresses.refresh();
    return this.#network?.addresses.of(host) ?? new Set();
  };

  /** Runs what sends a call that has been decided on, so that its connection is not decided on by itself. */
  decided<T>(send: () => T): T {
    return this.#network === undefined ? send() : this.#network.sockets.decided(send);
  }

  actor(): Invocation | undefined {
    return this.#injecting.actor();
  }

  considerConnection(to: Destination, among: (fault: NetworkFault) => boolean): Cut | undefined {
    const invocation = this.actor();
    if (invocation === undefined) return undefined;
    const claim = (id: string): boolean => this.#mayCut() && this.#injecting.claim(id);
    const injection = considerConnection(this.#rules, to, among, invocation, claim, this.addressesOf);
    if (injection === undefined) return undefined;
    invocation.witness?.decided(asCall(to), injection);
    return this.#cut(invocation, injection, asCall(to));
  }

  /** On whose behalf a pool opens or uses a connection is certain only where one invocation runs at a time. */
  #mayCut(): boolean {
    if (this.#concurrent) this.#reporter.skipped('shared-process');
    return !this.#concurrent;
  }

  /** How a call fails that does not get through; undefined for one that does. */
  failing(invocation: Invocation, injection: Injection, call: OutboundCall): Failing | undefined {
    const cut = this.#cut(invocation, injection, call);
    const sockets = this.#network?.sockets;
    if (cut === undefined || sockets === undefined) return undefined;
    // That is asked and counted before the call is given such a connection.
    const certain = { ...cut, isAllowed: () => true, injected: () => undefined };
    return {
      connection: (options) => sockets.doomed(certain, options),
      within: (work) => sockets.dooming(certain, work),
    };
  }

  #cut(invocation: Invocation, injection: Injection, call: OutboundCall): Cut | undefined {
    const { unreachable, endedBy: id } = injection;
    const fault = this.#rules.find((rule) => rule.id === id)?.fault;
    if (unreachable === undefined || id === undefined || fault === undefined || !isNetworkFault(fault))
      return undefined;
    let isCounted = false;
    return {
      how: unreachable.how,
      means: (to) => isMeant(fault, to, this.addressesOf),
      isAllowed: () => this.#injecting.isAllowed(invocation),
      // An invocation that is over has nothing to wait for, nor has who uses its connection after it.
      confirm: async () => !invocation.spared && (await this.#injecting.confirm(invocation)),
      injected: () => {
        if (!isCounted) this.#injecting.count(invocation, id, call);
        isCounted = true;
      },
      over: () => this.#injecting.over(invocation),
    };
  }
}
