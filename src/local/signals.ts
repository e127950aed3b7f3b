import { httpProbe } from '../adapters/http-probe.ts';
import type { Signal } from '../generated/types.ts';
import type { Probes } from '../signals/probes.ts';
import type { LocalHost } from './host.ts';
import type { LocalFunction, LocalService } from './service.ts';
import { functionOfTarget } from './targets.ts';

/** Why a signal cannot be judged on one machine; null where it can. */
export function onlyOnAws(signal: Signal, service: LocalService): string | null {
  switch (signal.signal) {
    case 'cloudwatch.metric':
      return 'CloudWatch metrics exist on AWS only.';
    case 'cloudwatch.alarm':
      return 'CloudWatch alarms exist on AWS only.';
    case 'lambda.probe':
      return functionNamed(signal.function, service) === undefined
        ? `${signal.function} is no function of the service ${service.name}, and so exists on AWS only.`
        : null;
    default:
      return null;
  }
}

/** HTTP goes out of this machine as it is; functions are those of the service. */
export function localProbes(host: Pick<LocalHost, 'invoke'>, service: LocalService): Probes {
  return {
    http: httpProbe({ allowLoopback: true }),
    invoke: async (invocation) => {
      const found = functionNamed(invocation.function, service);
      if (found === undefined) throw new Error(`The service has no function ${invocation.function}`);
      const result = await host.invoke(found.key, JSON.parse(invocation.payload));
      return result.ok
        ? { error: null, body: JSON.stringify(result.payload) ?? '' }
        : { error: `${result.errorType}: ${result.errorMessage}`, body: '' };
    },
  };
}

function functionNamed(name: string, service: LocalService): LocalFunction | undefined {
  return functionOfTarget({ lambda: name }, service);
}
