import type { TargetFacts } from '../core/facts.ts';
import { targetTypeOf } from '../core/target-type.ts';
import type { Experiment } from '../generated/types.ts';
import type { LocalFunction, LocalService } from './service.ts';

type Functions = Pick<LocalService, 'name' | 'functions'>;

/** Which function of the service each target names; undefined where it names none of them. */
export function functionOfTarget(
  target: Experiment['targets'][string],
  service: Functions,
): LocalFunction | undefined {
  const functions = Object.values(service.functions);
  if ('function' in target)
    return target.service === service.name ? functions.find((one) => one.key === target.function) : undefined;
  if (!('lambda' in target)) return undefined;
  const name = target.lambda.split(':function:').at(-1)?.split(':')[0];
  return functions.find((one) => one.name === name);
}

/** On one machine every function of the service is opted in by being named, and is called synchronously by the workload. */
export function localTargets(experiment: Experiment, service: Functions): readonly TargetFacts[] {
  return Object.entries(experiment.targets).map(([name, target]): TargetFacts => {
    const found = functionOfTarget(target, service);
    const type = targetTypeOf(target);
    const common = { name, id: found?.name ?? null, arn: null, optedIn: true, local: true };
    if (type !== 'function') return { ...common, type };
    return {
      ...common,
      type,
      layerAttached: true,
      timeoutMs: (found?.timeoutS ?? 0) * 1000,
      asynchronous: false,
      batches: found?.batches ?? [],
    };
  });
}
