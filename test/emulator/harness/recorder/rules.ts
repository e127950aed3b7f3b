import type { RecordedCall } from './call.ts';

/** Which calls: every given part must be the same, and the predicate, if there is one, must hold. */
export interface CallFilter {
  readonly principal?: string;
  readonly service?: string;
  readonly action?: string;
  readonly where?: (call: RecordedCall) => boolean;
}

/** What becomes of a call that a rule takes. */
export type Effect =
  /** It is answered with this error, and never reaches the service. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly errorCode: string;
      readonly message?: string;
    }
  /** The service's own words for too many calls. */
  | { readonly kind: 'throttle' }
  /** It never reaches the service, and is never answered. */
  | { readonly kind: 'hang' }
  /** It reaches the service, and the answer is lost: an unknown outcome. */
  | { readonly kind: 'lose-answer' }
  /** It reaches the service so much later. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** This is done before it would reach the service, which it then never does; the connection breaks. */
  | { readonly kind: 'instead'; run(call: RecordedCall): void | Promise<void> }
  /** This is done when the service has answered, and the answer is lost. */
  | { readonly kind: 'after'; run(call: RecordedCall): void | Promise<void> };

export interface RuleOptions extends CallFilter {
  /** So many matching calls pass first; none by default. */
  readonly skip?: number;
  /** So many calls are taken; one by default. */
  readonly times?: number;
  readonly do: Effect;
}

export interface Rule {
  /** How many calls it took. */
  readonly taken: number;
  remove(): void;
}

export function matches(filter: CallFilter, call: RecordedCall): boolean {
  const { principal = call.principal, service = call.service, action = call.action } = filter;
  return (
    principal === call.principal &&
    service === call.service &&
    action === call.action &&
    (filter.where?.(call) ?? true)
  );
}

/** The rules of a recorder, in the order in which they were made: the first that fits takes the call. */
export class Rules {
  readonly #rules = new Set<{ options: RuleOptions; seen: number; taken: number }>();

  add(options: RuleOptions): Rule {
    const entry = { options, seen: 0, taken: 0 };
    this.#rules.add(entry);
    return {
      get taken() {
        return entry.taken;
      },
      remove: () => void this.#rules.delete(entry),
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  take(call: RecordedCall): Effect | undefined {
    for (const entry of this.#rules) {
      const { skip = 0, times = 1, do: effect } = entry.options;
      if (entry.taken >= times || !matches(entry.options, call)) continue;
      entry.seen += 1;
      if (entry.seen <= skip) continue;
      entry.taken += 1;
      return effect;
    }
    return undefined;
  }
}
