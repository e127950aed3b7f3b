/** So many directives that have not expired are remembered; a pipeline asks for a handful. */
const MOST = 1_024;

/** The nonces that were used in this realm. */
export class Nonces {
  /** With the instant from which on the directive is refused for its age. */
  readonly #used = new Map<string, number>();

  /** Whether none of these was used before; they all are from here on, or none is. */
  use(nonces: ReadonlyMap<string, number>, now: number): boolean {
    if ([...nonces.keys()].some((nonce) => this.#used.has(nonce))) return false;
    // Forgotten only where room is needed: a clock that is set back would make them valid again.
    if (this.#used.size + nonces.size > MOST) this.#forget(now);
    // What cannot be remembered cannot be told from a repetition.
    if (this.#used.size + nonces.size > MOST) return false;
    for (const [nonce, expiresAt] of nonces) this.#used.set(nonce, expiresAt);
    return true;
  }

  #forget(now: number): void {
    for (const [nonce, expiresAt] of this.#used) {
      if (expiresAt <= now) this.#used.delete(nonce);
    }
  }
}
