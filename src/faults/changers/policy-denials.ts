import { EffectError } from '../../engine/errors.ts';
import type { Json, ReadResult } from '../../engine/ports.ts';
import type { ControlPlaneFault } from '../../generated/types.ts';
import type { AppliedContext, ChangeContext, Effects } from '../module.ts';
import { withoutChange } from './aws-errors.ts';
import { type Denial, denyStatement } from './deny-statement.ts';
import { PolicyText } from './policy-text.ts';

export interface PolicyCalls {
  /** The policy as AWS gives it; null where the resource has none. */
  read(context: ChangeContext): Promise<{ readonly policy: string | null } | 'absent'>;
  /** Longer ones AWS does not take. */
  readonly mostBytes: number;
  /** What a fault denies; null for a fault of another kind. */
  denial(fault: ControlPlaneFault, context: ChangeContext): Denial | null;
  /** Replaces the policy, by a client that sends once; null removes it. */
  write(context: ChangeContext, policy: string | null): Promise<void>;
}

interface Undo {
  /** What was there: `empty` is a policy without statements, `alone` the one statement that stood in no list. */
  readonly before: 'none' | 'empty' | 'statements' | { readonly alone: string };
  /** What the apply adds, as JSON, each with a Sid of its own. */
  readonly statements: readonly string[];
}

/**
 * Effects on a resource policy, to which each fault adds a statement. Only statements with our Sids are ever removed;
 * what others change beside them stays, whenever they do.
 */
export function denialEffects(calls: PolicyCalls): Effects {
  return {
    async capture(context) {
      const { policy } = await present(context);
      const denials = context.faults.flatMap((fault) => calls.denial(fault, context) ?? []);
      const statements = denials.map((denial, n) =>
        denyStatement(context, `${context.marker}${n + 1}`, denial),
      );
      refuseTooLong(withStatements(policy, statements), context);
      return { before: beforeOf(policy), statements };
    },

    async apply(context) {
      const { statements } = undoOf(context.undo);
      const { policy } = await withoutChange(`Reading the policy of ${context.target.id}`, () =>
        present(context),
      );
      const known = policy === null ? [] : new PolicyText(policy).sids;
      const open = statements.filter((statement) => !known.includes(sidOf(statement)));
      if (open.length > 0) await calls.write(context, withStatements(policy, open));
    },

    async revert(context) {
      const undo = undoOf(context.undo);
      const read = await calls.read(context);
      if (read === 'absent') return { read: 'absent', detail: '' };
      if (oursIn(read.policy, undo).length > 0) await calls.write(context, without(read.policy ?? '', undo));
      return readBack(context);
    },

    readBack,
  };

  function refuseTooLong(policy: string, { target }: ChangeContext): void {
    const bytes = new TextEncoder().encode(policy).length;
    if (bytes > calls.mostBytes)
      throw new EffectError(
        'policy-too-long',
        `With what the fault denies, the policy of ${target.id} would have ${bytes} bytes, and AWS takes ${calls.mostBytes}`,
        { unknown: false },
      );
  }

  async function present(context: ChangeContext): Promise<{ readonly policy: string | null }> {
    const read = await calls.read(context);
    if (read === 'absent')
      throw new EffectError('absent', `${context.target.arn} does not exist`, { unknown: false });
    return read;
  }

  async function readBack(context: AppliedContext): Promise<ReadResult> {
    const undo = undoOf(context.undo);
    const read = await calls.read(context);
    if (read === 'absent') return { read: 'absent', detail: '' };
    const ours = oursIn(read.policy, undo);
    return ours.length === 0
      ? { read: 'clean', detail: '' }
      : { read: 'ours', detail: `its policy has statement ${ours.join(', ')}` };
  }
}

function withStatements(policy: string | null, statements: readonly string[]): string {
  return (policy === null ? PolicyText.of(statements) : new PolicyText(policy).plus(statements)).text;
}

function oursIn(policy: string | null, { statements }: Undo): readonly string[] {
  if (policy === null) return [];
  const { sids } = new PolicyText(policy);
  return statements.map(sidOf).filter((sid) => sids.includes(sid));
}

/** AWS takes no policy without statements: where none is left, there is no policy. */
function without(policy: string, { before, statements }: Undo): string | null {
  const rest = new PolicyText(policy).minus(statements.map(sidOf));
  if (rest.isEmpty && before !== 'empty') return null;
  return (typeof before === 'object' ? rest.with(before.alone) : rest).text;
}

function beforeOf(policy: string | null): Undo['before'] {
  if (policy === null) return 'none';
  const { isEmpty, alone } = new PolicyText(policy);
  if (alone !== null) return { alone };
  return isEmpty ? 'empty' : 'statements';
}

function sidOf(statement: string): string {
  const [sid] = PolicyText.of([statement]).sids;
  if (typeof sid === 'string') return sid;
  throw badUndo(statement);
}

/** As `capture` stored it; a record of another form means that nothing may be done. */
function undoOf(undo: Json): Undo {
  if (typeof undo === 'object' && undo !== null && 'before' in undo && 'statements' in undo) {
    const { before, statements } = undo;
    if (
      isBefore(before) &&
      isTexts(statements) &&
      statements.every((one) => sidOf(one).startsWith('Inoculate'))
    )
      return { before, statements };
  }
  throw badUndo(JSON.stringify(undo));
}

function isBefore(value: Json | undefined): value is Undo['before'] {
  if (typeof value !== 'object') return value === 'none' || value === 'empty' || value === 'statements';
  return value !== null && 'alone' in value && typeof value.alone === 'string';
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function badUndo(found: string): EffectError {
  return new EffectError('bad-undo-record', `Not an undo record of denials: ${found}`, { unknown: false });
}
