import { randomUUID } from 'node:crypto';
import type { Dose, InFunctionFault } from '../../../src/generated/types.ts';
import { groupOf, type Group } from '../../../src/layer/group.ts';

/** A dose for the function `checkout`, with one half of the invocations in each group. */
export function doseOf(faults: readonly InFunctionFault[], changes: Partial<Dose> = {}): Dose {
  return {
    version: 1,
    runId: 'run-1',
    epoch: 1,
    function: 'checkout',
    expiresAt: Date.now() + 60_000,
    salt: 'salt-0001',
    exposure: 0.5,
    tick: { originAt: Date.now() - 1000, lengthMs: 1000 },
    stalenessMs: 1000,
    acknowledgeStart: false,
    lnGamma: Math.log(1.02),
    faults: faults.map((fault, index) => ({ id: `f${index + 1}`, fault })),
    ...changes,
  };
}

/** A request id that this dose puts into the group. */
export function idIn(group: Group, dose: Pick<Dose, 'salt' | 'exposure'>): string {
  for (let tries = 0; tries < 1_000_000; tries += 1) {
    const id = randomUUID();
    if (groupOf(dose.salt, id, dose.exposure) === group) return id;
  }
  throw new Error(`no request id is in the group ${group}`);
}
