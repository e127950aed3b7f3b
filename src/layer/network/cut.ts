import type { Destination, How, NetworkFault } from './reach.ts';

/** What becomes of one connection or call of an invocation in the experimental group. */
export interface Cut {
  readonly how: How;
  /** The fault means this destination, too. */
  means(to: Destination): boolean;
  /** The dose still allows it, as far as is known without reading. */
  isAllowed(): boolean;
  /** The dose still allows it; reads the dose again if what is known is too old. */
  confirm(): Promise<boolean>;
  /** Counts it as injected, once. */
  injected(): void;
  /** Resolves when the invocation or the dose ends. */
  over(): Promise<void>;
}

/** What interception of sockets asks about each connection. */
export interface NetworkGate {
  /** Who acts now, if it is an invocation of the experimental group; else undefined. */
  actor(): object | undefined;
  /**
   * What is to become of a connection that is opened or used; undefined where it is none of ours.
   * @param among the faults that are to be asked
   */
  considerConnection(to: Destination, among: (fault: NetworkFault) => boolean): Cut | undefined;
}

/** Whether a cut may be made: at once where that is known, else after the dose has been read again. */
export function whenAllowed(cut: Cut, then: (allowed: boolean) => void): void {
  if (cut.isAllowed()) then(true);
  else cut.confirm().then(then, () => then(false));
}
