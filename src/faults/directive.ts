import type { Phase, Run, Unit } from '../core/run.ts';
import { listing } from '../core/problem.ts';
import type { Dose } from '../generated/types.ts';
import {
  DIRECTIVE_ATTRIBUTE,
  DIRECTIVE_HEADER,
  LONGEST_DIRECTIVE_MS,
  signDirective,
} from '../layer/directive/token.ts';
import { functionOf, type RandomText } from './dose.ts';

/** How long a directive is valid where nobody says. */
export const usualSeconds = 20;
const nonceBytes = 16;

/** Which faults of a run one request is to meet. */
export interface DirectiveWish {
  readonly target: string;
  /** By their places in the file; without it all of the target's. */
  readonly faults?: readonly string[];
  readonly seconds?: number;
}

export type SignedDirective =
  | {
      readonly result: 'directive';
      /** For HTTP requests, and for the client context of direct invocations. */
      readonly header: { readonly name: string; readonly value: string };
      /** The attribute of a message that carries the same value. */
      readonly attribute: string;
      readonly faults: readonly string[];
      readonly expiresAt: number;
    }
  | Refused;

interface Refused {
  readonly result: 'no-directive';
  readonly reason: string;
  /** It may be signed a little later. */
  readonly notYet: boolean;
}

/**
 * A directive for one request, signed with the key of the dose in place. Nothing is asked of the function: the layer
 * decides when the request arrives, by its dose of that moment.
 */
export async function signFor(
  run: Run,
  wish: DirectiveWish,
  ports: {
    readonly readDose: (functionName: string) => Promise<Dose | undefined>;
    readonly now: () => number;
    readonly random: RandomText;
  },
): Promise<SignedDirective> {
  const found = unitFor(run, wish);
  if ('result' in found) return found;
  const dose = await ports.readDose(functionOf(run, found));
  const now = ports.now();
  if (dose?.runId !== run.id || dose.expiresAt <= now)
    return refused(`The dose of ${wish.target} is not in place`);
  if (dose.directiveKey === undefined) return refused(`The dose of ${wish.target} has no key for directives`);
  const lastsMs = Math.min((wish.seconds ?? usualSeconds) * 1000, LONGEST_DIRECTIVE_MS);
  const expiresAt = Math.min(now + lastsMs, dose.expiresAt);
  const faults = wish.faults ?? [];
  const nonce = ports.random(nonceBytes);
  const asked = { runId: run.id, functionName: dose.function, faults, expiresAt, nonce };
  return {
    result: 'directive',
    header: { name: DIRECTIVE_HEADER, value: signDirective(asked, dose.directiveKey) },
    attribute: DIRECTIVE_ATTRIBUTE,
    faults: wish.faults ?? found.faults,
    expiresAt,
  };
}

/** The phases in which faults are in place, or are being put there; and those before. */
const injecting: readonly Phase[] = ['injecting', 'observing'];
const before: readonly Phase[] = ['requested', 'awaiting-approval', 'announced', 'checking'];

/** The dose that a wish is about, or why there is none to ask. */
function unitFor(run: Run, { target, faults = [] }: DirectiveWish): Unit | Refused {
  if (run.experiment.directives !== true)
    return refused(
      `Experiment ${run.experiment.name} takes no directives: its file would need "directives: true"`,
    );
  if (!injecting.includes(run.phase))
    return refused(`Run ${run.id} injects nothing now: it is ${run.phase}`, before.includes(run.phase));
  const doses = run.units.filter(({ driver }) => driver === 'dose');
  const unit = doses.find((one) => one.target === target);
  if (unit === undefined) {
    const names = doses.map((one) => one.target);
    return refused(
      `No fault works inside a target "${target}" in run ${run.id}: ask for ${listing(names, 'or')}`,
    );
  }
  const foreign = faults.filter((id) => !unit.faults.includes(id));
  if (foreign.length > 0)
    return refused(
      `Fault ${foreign.join(', ')} does not work inside ${target}: ask for ${listing(unit.faults, 'or')}`,
    );
  if (unit.state.at === 'applied') return unit;
  const notYet = unit.state.at !== 'reverting' && unit.state.at !== 'reverted';
  return refused(`The dose of ${target} is not in place${notYet ? ' yet' : ''}`, notYet);
}

function refused(reason: string, notYet = false): Refused {
  return { result: 'no-directive', reason, notYet };
}
