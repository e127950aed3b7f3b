import type { Dose } from '../../generated/types.ts';
import { matcherOf, stickyValue, type Matcher } from '../event/matching.ts';
import { pathOf, type EventPath } from '../event/path.ts';
import { EventReader } from '../event/read.ts';
import { groupOf, type Group } from '../group.ts';

/** What becomes of an invocation under a dose, before anything else is known of it. */
export interface Enrolment {
  readonly group: Group;
  /** The faults whose conditions its event meets; an invocation without any is in neither group. */
  readonly faults: ReadonlySet<string>;
  /** It would be enrolled, but has no value to stick by. */
  readonly unsticky: boolean;
}

/**
 * Enrols invocations: `match` first, alike for both groups, and then the group, by the request id or by the value that
 * it sticks by. Nothing that happens later changes a group, or the two would no longer be comparable.
 */
export class Enroller {
  readonly #dose: Dose;
  readonly #conditional: readonly { readonly id: string; readonly matches: Matcher }[];
  readonly #unconditional: ReadonlySet<string>;
  readonly #stickyBy: EventPath | undefined;

  /** Throws where the dose names a path that cannot be read, or where its faults stick by different ones. */
  constructor(dose: Dose) {
    this.#dose = dose;
    this.#conditional = dose.faults.flatMap(({ id, fault: { match } }) =>
      match === undefined ? [] : [{ id, matches: matcherOf(match) }],
    );
    const conditional = new Set(this.#conditional.map(({ id }) => id));
    this.#unconditional = new Set(dose.faults.map(({ id }) => id).filter((id) => !conditional.has(id)));
    this.#stickyBy = stickyPathOf(dose);
  }

  enrol(event: unknown, requestId: string): Enrolment {
    const reader = new EventReader(event);
    const faults = this.#faultsFor(reader);
    if (faults.size === 0) return { group: 'bystander', faults, unsticky: false };
    const key = this.#stickyBy === undefined ? requestId : stickyValue(reader, this.#stickyBy);
    if (key === undefined) return { group: 'bystander', faults, unsticky: true };
    return { group: groupOf(this.#dose.salt, key, this.#dose.exposure), faults, unsticky: false };
  }

  #faultsFor(event: EventReader): ReadonlySet<string> {
    const met = this.#conditional.filter(({ matches }) => matches(event));
    return met.length === 0
      ? this.#unconditional
      : new Set([...this.#unconditional, ...met.map(({ id }) => id)]);
  }
}

function stickyPathOf({ faults }: Dose): EventPath | undefined {
  const paths = new Set(faults.map(({ fault: { stickyBy } }) => stickyBy));
  if (paths.size > 1) {
    const found = [...paths].map((path) => path ?? 'nothing').join(' and by ');
    throw new Error(`its faults stick by ${found}: all must stick by the same`);
  }
  const [path] = paths;
  return path === undefined ? undefined : pathOf(path);
}
