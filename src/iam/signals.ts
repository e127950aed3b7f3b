import type { Permission } from '../aws/permission.ts';

const metrics: Permission = {
  actions: ['cloudwatch:GetMetricData'],
  resource: '*',
  during: ['read'],
  changes: false,
  why: 'AWS knows no resource for metrics',
};

const alarms: Permission = {
  actions: ['cloudwatch:DescribeAlarms'],
  resource: '*',
  during: ['read'],
  changes: false,
  why: 'AWS answers for composite alarms only where all alarms may be described',
};

const invocation: Permission = {
  actions: ['lambda:InvokeFunction'],
  resource: 'arn:{partition}:lambda:{region}:{account}:function:{id}',
  during: ['read'],
  changes: { tagEvaluated: true },
  why: 'a probe is an invocation, so the function must carry the opt-in tag',
};

/** What looking at each kind of signal takes. `failures` and `latency` come from the layer's telemetry. */
const signalPermissions: Readonly<Record<string, readonly Permission[]>> = {
  failures: [],
  latency: [],
  'cloudwatch.metric': [metrics],
  'cloudwatch.alarm': [alarms],
  'http.probe': [],
  'lambda.probe': [invocation],
};

export function permissionsOfSignal(kind: string): readonly Permission[] {
  const permissions = Object.hasOwn(signalPermissions, kind) ? signalPermissions[kind] : undefined;
  if (permissions === undefined)
    throw new Error(`src/iam/signals.ts does not say what a signal of kind ${kind} takes`);
  return permissions;
}

/** Of all kinds, each once. */
export function permissionsOfSignals(): readonly Permission[] {
  return Object.values(signalPermissions).flat();
}
