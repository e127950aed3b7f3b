import type { Clock } from '../clock.ts';
import { logOnce, reasonOf } from '../log.ts';
import { occupy, type GiveBack, type Occupation, type Permission } from './occupation.ts';

/** How often it is looked whether what is held may still be held. */
const LOOK_EVERY_MS = 250;

/** What an invocation has taken up: given back when it ends, or as soon as the dose no longer allows it. */
export class Holding {
  readonly #permission: Permission;
  readonly #refresh: () => void;
  readonly #clock: Clock;
  readonly #held: GiveBack[] = [];
  #stopLooking = (): void => undefined;
  #ended = false;

  /** @param refresh reads the dose again in the background if need be */
  constructor(permission: Permission, refresh: () => void, clock: Clock) {
    this.#permission = permission;
    this.#refresh = refresh;
    this.#clock = clock;
  }

  /**
   * Whether it could be taken up, here and now.
   * @param hasTime whether there is time left to go on with that
   */
  async take(occupation: Occupation, hasTime: () => boolean): Promise<boolean> {
    const { expiresAt } = this.#permission;
    const isAllowed = (): boolean => this.#permission.isAllowed() && hasTime();
    let giveBack: GiveBack | undefined;
    try {
      giveBack = await occupy(occupation, { expiresAt, isAllowed });
    } catch (error) {
      logOnce(`the ${occupation.type} is not taken up: ${reasonOf(error)}`);
    }
    if (giveBack === undefined) return false;
    this.#held.push(giveBack);
    if (this.#ended || !this.#permission.isAllowed()) await this.giveBack();
    else this.#watch();
    return true;
  }

  async giveBack(): Promise<void> {
    this.#ended = true;
    this.#stopLooking();
    await Promise.all(this.#held.splice(0).map((one) => one()));
  }

  #watch(): void {
    this.#stopLooking();
    const look = (): void => {
      if (!this.#permission.isAllowed()) return void this.giveBack();
      this.#refresh();
      this.#watch();
    };
    const untilEndMs = Math.max(1, this.#permission.expiresAt - this.#clock.now());
    // Holding something must not keep a handler alive that has nothing more to do.
    this.#stopLooking = this.#clock.after(Math.min(LOOK_EVERY_MS, untilEndMs), look, true);
  }
}
