import { onlyDirectives } from '../../core/directives.ts';
import { exposureOf } from '../../core/exposure.ts';
import type { TargetFacts } from '../../core/facts.ts';
import { isControlPlane, isInFunction } from '../../core/placement.ts';
import { formatShare } from '../../core/units.ts';
import { explainFault } from '../../faults/explain.ts';
import { moduleOf } from '../../faults/of.ts';
import type { Experiment } from '../../generated/types.ts';
import { counted } from '../../report/format.ts';

/** One thing that is changed, and how it is put back. */
export interface Change {
  readonly resource: string;
  readonly change: string;
  readonly undo: string;
  /** What may be lost for good, and what AWS cannot do; in sentences. */
  readonly mind: readonly string[];
}

/** Of every fault, in the order of the targets. */
export function changesOf(experiment: Experiment, targets: readonly TargetFacts[]): readonly Change[] {
  return targets.flatMap((target) => {
    const faults = experiment.faults.filter((fault) => fault.target === target.name);
    const dosed = faults.filter(isInFunction).length;
    return [
      ...(dosed === 0 ? [] : [doseOf(experiment, target, dosed)]),
      ...faults.filter(isControlPlane).map((fault): Change => {
        const module = moduleOf(fault);
        const { changer } = module;
        const loss = module.losesData(fault, target);
        return {
          resource: describeTarget(experiment, target.name),
          change: explainFault(fault),
          undo: changer.undo,
          mind: [
            ...(loss === null ? [] : [`May be lost for good: ${loss}.`]),
            changer.window,
            ...(changer.limits ?? []),
          ],
        };
      }),
    ];
  });
}

function doseOf(experiment: Experiment, { name, id: deployed }: TargetFacts, faults: number): Change {
  return {
    resource: `the dose of ${deployed ?? name}`,
    change: `one item that its layer reads: ${counted(faults, 'fault')} ${shareOf(experiment)}`,
    undo: 'replaced by a tombstone at the end, and read back twice; the faults also expire by themselves shortly after the planned end, without any network',
    mind: [],
  };
}

function shareOf(experiment: Experiment): string {
  const directed = 'for requests that ask for it by a signed directive';
  if (onlyDirectives(experiment)) return directed;
  const share = `for ${formatShare(exposureOf(experiment))} of its invocations`;
  return experiment.directives === true ? `${share}, and ${directed}` : share;
}

/** As its file names it: `orders (table orders-dev)`. */
export function describeTarget({ targets }: Experiment, name: string): string {
  const words = Object.entries(targets[name] ?? {}).map(([key, value]) => `${key} ${value}`);
  return `${name} (${words.join(', ')})`;
}
