import type { CheckModule, Judged } from './module.ts';

/** An alarm that stays out of ALARM. */
export const cloudwatchAlarm: CheckModule<'cloudwatch.alarm'> = {
  kind: 'cloudwatch.alarm',
  needs: 'alarms',
  toleratesByDefault: 0,
  claim: ({ alarm }) => `alarm ${alarm} does not fire`,
  knownAfterMs: () => 0,

  async look({ alarm, quiet }, { probes, signal }) {
    const alarms = await probes.alarms([alarm], signal);
    return judgeAlarm(alarms.find(({ name }) => name === alarm)?.state, quiet === true);
  },
};

export function judgeAlarm(state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | undefined, quiet: boolean): Judged {
  if (state === undefined)
    return { state: 'unknown', value: null, detail: 'the alarm does not exist', blind: true };
  if (state === 'ALARM') return { state: 'broken', value: null, detail: 'in ALARM' };
  if (state === 'OK') return { state: 'kept', value: null, detail: 'OK' };
  // Without data it can stop nothing, unless having none is its nature.
  return quiet
    ? { state: 'kept', value: null, detail: 'no data, as is its nature' }
    : { state: 'unknown', value: null, detail: 'INSUFFICIENT_DATA', blind: true };
}
