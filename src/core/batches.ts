import type { Experiment } from '../generated/types.ts';
import type { TargetFacts } from './facts.ts';

/** Whether it must be known what hands batches to a target. */
export function reportsOnBatches({ faults }: Pick<Experiment, 'faults'>, target: string): boolean {
  return faults.some(
    (fault) => fault.kind === 'invocation.batch' && fault.fail !== undefined && fault.target === target,
  );
}

/** AWS reads which records failed only where that was asked for; else it takes the whole batch as done. */
export function batchRefusals(
  experiment: Pick<Experiment, 'faults'>,
  targets: readonly TargetFacts[],
): readonly { readonly code: string; readonly reason: string }[] {
  return targets.flatMap((target) => {
    if (target.type !== 'function' || target.batches === undefined) return [];
    if (target.id === null || !reportsOnBatches(experiment, target.name)) return [];
    if (target.batches.length === 0)
      return [
        {
          code: 'no-batches',
          reason: `No queue or stream is read for ${target.name}, so that there is no batch of which records could fail. Event source mappings of a version or an alias are not seen.`,
        },
      ];
    const deaf = target.batches.filter(({ reportsItemFailures }) => !reportsItemFailures);
    if (deaf.length === 0) return [];
    return [
      {
        code: 'no-item-failures',
        reason: `AWS does not read which records of a batch from ${deaf.map(({ name }) => name).join(' and ')} failed in ${target.name}. Set functionResponseType: ReportBatchItemFailures on its event, and let the handler return batchItemFailures.`,
      },
    ];
  });
}
