/** One faulted invocation, for the function's own log. */
export interface FaultedInvocation {
  readonly at: number;
  readonly functionName: string;
  readonly runId: string;
  readonly requestId: string;
  readonly group: string;
  /** How often each fault was injected, by fault id. */
  readonly fired: Readonly<Record<string, number>>;
}

/**
 * A line in CloudWatch's embedded metric format: a metric `FaultsInjected` by function, with the rest as searchable
 * properties. Run and request are no dimensions: each value of a dimension is a metric that is paid for.
 */
export function emfLine(invocation: FaultedInvocation): string {
  const { at, functionName, runId, requestId, group, fired } = invocation;
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Inoculate',
          Dimensions: [['FunctionName']],
          Metrics: [{ Name: 'FaultsInjected', Unit: 'Count' }],
        },
      ],
    },
    FunctionName: functionName,
    FaultsInjected: Object.values(fired).reduce((sum, count) => sum + count, 0),
    run: runId,
    group,
    requestId,
    fired,
  });
}

/** Writes past the runtime's console, which would put a prefix before the JSON and so hide it from CloudWatch. */
export function logFaulted(invocation: FaultedInvocation): void {
  process.stdout.write(`${emfLine(invocation)}\n`);
}
