import type { Random } from './random.ts';

/** How likely each mishap is, at each opportunity. */
export interface Profile {
  readonly name: string;
  /** A call fails and has no effect. */
  readonly refuse: number;
  /** A call fails, but has its effect; at once or later. */
  readonly unknown: number;
  /** A call that applies a fault gets no answer, and has its effect later. */
  readonly lateApply: number;
  /** A call never answers; it may have its effect, at once or later. */
  readonly hang: number;
  /** A call has its effect twice. */
  readonly twice: number;
  /** A process ends without a word, before or after a call. */
  readonly crash: number;
  /** A process stands still for a while. */
  readonly freeze: number;
  /** A message comes twice. */
  readonly duplicate: number;
  /** A message comes late, so that others overtake it. */
  readonly delay: number;
  /** A message is lost where its channel may lose messages. */
  readonly lose: number;
}

const none = {
  refuse: 0,
  unknown: 0,
  lateApply: 0,
  hang: 0,
  twice: 0,
  crash: 0,
  freeze: 0,
  duplicate: 0,
  delay: 0,
  lose: 0,
};

export const profiles: readonly [Profile, ...Profile[]] = [
  { ...none, name: 'calm' },
  {
    name: 'light',
    refuse: 0.01,
    unknown: 0.004,
    lateApply: 0.03,
    hang: 0.002,
    twice: 0.004,
    crash: 0.002,
    freeze: 0.002,
    duplicate: 0.05,
    delay: 0.05,
    lose: 0.01,
  },
  {
    name: 'heavy',
    refuse: 0.05,
    unknown: 0.03,
    lateApply: 0.1,
    hang: 0.01,
    twice: 0.02,
    crash: 0.01,
    freeze: 0.01,
    duplicate: 0.2,
    delay: 0.2,
    lose: 0.1,
  },
  { ...none, name: 'crashes', crash: 0.03, duplicate: 0.05 },
  { ...none, name: 'freezes', freeze: 0.02, delay: 0.1 },
  { ...none, name: 'unknown outcomes', unknown: 0.08, lateApply: 0.3, hang: 0.02, twice: 0.05 },
  { ...none, name: 'throttling', refuse: 0.2 },
  { ...none, name: 'late applies', lateApply: 0.6, freeze: 0.005 },
  { ...none, name: 'messages', duplicate: 0.4, delay: 0.4, lose: 0.15 },
];

/** Which mishaps of a seed's are left out: to find out which of them a failure needs. */
export interface Mask {
  /** Mishaps from this number on do not happen. */
  readonly limit: number;
  readonly skipped: ReadonlySet<number>;
}

export const everything: Mask = { limit: Infinity, skipped: new Set() };

/** Decides what goes wrong. Every mishap has a number, so that a run can be repeated without some of them. */
export class Chaos {
  readonly random: Random;
  readonly profile: Profile;
  readonly #mask: Mask;
  readonly #tell: (what: string) => void;
  /** Mishaps so far, masked ones included. */
  count = 0;
  /** Once over, nothing goes wrong any more. */
  over = false;

  constructor(random: Random, profile: Profile, mask: Mask, tell: (what: string) => void) {
    this.random = random;
    this.profile = profile;
    this.#mask = mask;
    this.#tell = tell;
  }

  happens(mishap: Exclude<keyof Profile, 'name'>, where: string, weight = 1): boolean {
    if (this.over || !this.random.chance(this.profile[mishap] * weight)) return false;
    return this.happensNow(`${mishap}: ${where}`);
  }

  /** Something that the scenario has planned to go wrong; false where it is masked. */
  happensNow(what: string): boolean {
    const number = this.count;
    this.count += 1;
    if (number >= this.#mask.limit || this.#mask.skipped.has(number)) return false;
    this.#tell(`mishap ${number} ${what}`);
    return true;
  }
}
