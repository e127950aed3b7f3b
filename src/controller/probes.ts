import type { AwsClients } from '../aws/clients.ts';
import type { Stops } from '../core/facts.ts';
import type { Ports } from '../engine/ports.ts';
import { together } from '../engine/together.ts';
import type { Probes } from '../signals/probes.ts';

type Alarms = Stops['alarms'];

/** Reads alarms; what is asked for in the same moment is read with one call. */
export function alarmsOnce(aws: AwsClients): Ports['alarms'] {
  const read = together<readonly string[], Alarms>(async (asked) => {
    const { alarmReader } = await import('../adapters/aws/alarms.ts');
    const found = await alarmReader(aws)([...new Set(asked.flat())]);
    return asked.map((names) => found.filter(({ name }) => names.includes(name)));
  });
  // A call that is shared is given up by nobody alone; each who waits has a deadline of its own.
  const never = new AbortController().signal;
  return (names) => read(names, never);
}

/** How signals are read on AWS. Each client is loaded when it is first used. */
export function awsProbes(aws: AwsClients, alarms: Ports['alarms']): Probes {
  return {
    alarms: (names) => alarms(names),
    metrics: async (queries, signal) =>
      (await import('../adapters/aws/probes.ts')).metricReader(aws)(queries, signal),
    invoke: async (invocation, signal) =>
      (await import('../adapters/aws/probes.ts')).invoker(aws)(invocation, signal),
    http: async (request, signal) =>
      (await import('../adapters/http-probe.ts')).httpProbe({ allowLoopback: false })(request, signal),
  };
}
