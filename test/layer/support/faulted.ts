import type { InFunctionFault } from '../../../src/generated/types.ts';
import { consider, dependencyRules, type Injection } from '../../../src/layer/calls/consider.ts';
import type { BoundInjection, Gate } from '../../../src/layer/intercept/gate.ts';
import { interceptNodeHttp } from '../../../src/layer/intercept/node-http.ts';
import { Invocation } from '../../../src/layer/run/invocation.ts';
import { doseOf } from './doses.ts';

/** Runs what makes calls under faults, in this process: everything of the layer that decides and answers, and no dose. */
export async function underFaults<T>(faults: readonly InFunctionFault[], work: () => Promise<T>): Promise<T> {
  const dose = doseOf(faults);
  const rules = dependencyRules(dose);
  const ids = new Set(dose.faults.map(({ id }) => id));
  const invocation = new Invocation(dose, 'request-1', 'experimental', 0, ids, () => 60_000);
  const gate: Gate = {
    consider: (call) => {
      const candidate = consider(rules, call, invocation, () => true);
      if (candidate === undefined) return undefined;
      return {
        ...candidate,
        decide: (body) => {
          const injection = candidate.decide(body);
          if (injection === undefined) return undefined;
          return unconditional(injection);
        },
      };
    },
  };
  const restore = interceptNodeHttp(gate);
  try {
    return await work();
  } finally {
    restore();
  }
}

/** An injection that no dose has to allow. */
export function unconditional(injection: Injection): BoundInjection {
  return {
    ...injection,
    isAllowed: () => true,
    confirm: async () => true,
    delay: async () => true,
    outlast: async () => undefined,
    ended: () => undefined,
  };
}
