import { acceptLoss, acceptsDataLoss, describeLoss } from '../../../core/data-loss.ts';
import type { TargetFacts } from '../../../core/facts.ts';
import { mayLose } from '../../../faults/losses.ts';
import type { Experiment } from '../../../generated/types.ts';
import { type Finding, wrong } from './finding.ts';

/** What a run would be refused for at its start: what the faults on a target may lose, as it is deployed. */
export function lossFindings({ faults }: Experiment, target: TargetFacts): readonly Finding[] {
  const callers = target.type === 'function' ? { asynchronous: target.asynchronous } : {};
  return faults.flatMap((fault, index) =>
    fault.target !== target.name || acceptsDataLoss(fault) || !mayLose(fault, target)
      ? []
      : [
          wrong(
            describeLoss({ id: `f${index + 1}`, kind: fault.kind, target: target.name, ...callers }),
            acceptLoss,
          ),
        ],
  );
}
