import { randomUUID } from 'node:crypto';
import type { Dose, InFunctionFault } from '../src/generated/types.ts';
import { systemClock } from '../src/layer/clock.ts';
import { groupOf, type Group } from '../src/layer/group.ts';
import { LOOK_EVERY_MS, type Realm } from '../src/layer/realm.ts';
import { useFixedDose } from '../src/layer/run/activate.ts';
import { Run } from '../src/layer/run/run.ts';
import { readSettings } from '../src/layer/settings.ts';

export const TARGET = 'checkout';

export interface ActiveDose {
  /** Runs work as an invocation of the experimental group. */
  inExperimentalGroup(work: () => Promise<void>): Promise<void>;
  /** Takes everything back. */
  end(): void;
}

/** A dose with these faults, in effect in this process as it would be in a function. */
export async function activeDose(...faults: readonly InFunctionFault[]): Promise<ActiveDose> {
  const dose = doseOf(faults);
  const realm: Realm = { active: undefined, lookedAt: 0, lookEveryMs: LOOK_EVERY_MS, look: () => undefined };
  const text = JSON.stringify(dose);
  const settings = readSettings({ INOCULATE_DOSE: text, AWS_LAMBDA_FUNCTION_NAME: TARGET });
  if (settings === undefined) throw new Error('the layer does not want its settings');
  await useFixedDose(realm, settings, text, systemClock);
  const { active } = realm;
  if (!(active instanceof Run)) throw new Error('the dose is not in effect');
  return {
    async inExperimentalGroup(work) {
      const args = [{}, contextIn('experimental', dose)];
      await active.invoke({ handler: () => work(), self: undefined, args, streaming: false });
    },
    end: () => active.end(),
  };
}

export function contextIn(group: Group, dose: Dose): object {
  let awsRequestId = randomUUID();
  while (groupOf(dose.salt, awsRequestId, dose.exposure) !== group) awsRequestId = randomUUID();
  return { awsRequestId, getRemainingTimeInMillis: () => 30_000 };
}

export function doseOf(faults: readonly InFunctionFault[]): Dose {
  return {
    version: 1,
    runId: 'bench',
    epoch: 1,
    function: TARGET,
    expiresAt: Date.now() + 600_000,
    salt: 'salt-0001',
    exposure: 0.3,
    tick: { originAt: Date.now(), lengthMs: 1000 },
    stalenessMs: 1000,
    acknowledgeStart: false,
    lnGamma: Math.log(1.02),
    faults: faults.map((fault, index) => ({ id: `f${index + 1}`, fault })),
  };
}
