import type { Experiment } from '../generated/types.ts';
import type { TargetFacts } from './facts.ts';

/** A fault of the sandbox hits its whole process: where several invocations share one, those of no group as well. */
export function sharedProcessRefusals(
  { faults }: Pick<Experiment, 'faults'>,
  targets: readonly TargetFacts[],
): readonly { readonly code: string; readonly reason: string }[] {
  return targets.flatMap((target) => {
    if (target.type !== 'function' || target.sharesProcess !== true) return [];
    const kinds = faults
      .filter((fault) => fault.target === target.name && fault.kind.startsWith('sandbox.'))
      .map(({ kind }) => kind);
    if (kinds.length === 0) return [];
    return [
      {
        code: 'shared-process',
        reason: `${target.name} runs on Lambda managed instances, where several invocations may share a process: ${[...new Set(kinds)].join(' and ')} would hit all of them. Choose a target that runs on Lambda's own capacity, or another kind of fault.`,
      },
    ];
  });
}
