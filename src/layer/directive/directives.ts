import type { Dose } from '../../generated/types.ts';
import { contextOf } from '../run/context.ts';
import type { HandlerCall } from '../realm.ts';
import type { SkipReason } from '../telemetry/skip-reason.ts';
import { carriedBy } from './carried.ts';
import { Nonces } from './nonces.ts';
import { type Directive, type Expected, verifyDirective } from './token.ts';

/** What follows from the directive that an invocation carries. */
export type Asked = { readonly faults: ReadonlySet<string> } | { readonly ignored: SkipReason };

/** Of all doses of this realm: a dose that is taken up once more forgives no repetition. */
const usedInThisRealm = new Nonces();

/** The directives to one dose. */
export class Directives {
  readonly #expected: Omit<Expected, 'now'>;
  readonly #now: () => number;
  readonly #nonces: Nonces;

  constructor(dose: Dose, key: string, now: () => number, nonces = usedInThisRealm) {
    const faults = new Set(dose.faults.map(({ id }) => id));
    this.#expected = { key, runId: dose.runId, functionName: dose.function, faults };
    this.#now = now;
    this.#nonces = nonces;
  }

  /** Which faults an invocation asks for, or why not; undefined where it does not ask. Uses nothing up. */
  look(call: HandlerCall): Asked | undefined {
    const read = this.#read(call);
    return read === undefined || 'ignored' in read ? read : { faults: this.#faultsOf(read) };
  }

  /** The same, for good: the next one that carries this directive is a repetition. */
  take(call: HandlerCall): Asked | undefined {
    const read = this.#read(call);
    if (read === undefined || 'ignored' in read) return read;
    const nonces = new Map(read.map(({ nonce, expiresAt }) => [nonce, expiresAt]));
    const isNew = nonces.size === read.length && this.#nonces.use(nonces, this.#now());
    return isNew ? { faults: this.#faultsOf(read) } : { ignored: 'directive-repeated' };
  }

  /** A batch is only directed as a whole: the fault hits all of it, and so each of its messages must have asked. */
  #read(call: HandlerCall): readonly Directive[] | { readonly ignored: SkipReason } | undefined {
    const carried = carriedBy(call.args[0], contextOf(call));
    if (carried === undefined) return undefined;
    const directives: Directive[] = [];
    const expected = { ...this.#expected, now: this.#now() };
    for (const token of carried) {
      if (token === undefined) return { ignored: 'wrong-source' };
      const verified = verifyDirective(token, expected);
      if ('ignored' in verified) return verified;
      directives.push(verified.directive);
    }
    const agree = new Set(directives.map(({ faults }) => [...faults].sort().join(' '))).size === 1;
    return agree ? directives : { ignored: 'wrong-source' };
  }

  #faultsOf([first]: readonly Directive[]): ReadonlySet<string> {
    return first === undefined || first.faults.length === 0 ? this.#expected.faults : new Set(first.faults);
  }
}
