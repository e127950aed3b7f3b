/** Why nothing, or less than asked for, was injected into an enrolled invocation; counted by these names in telemetry. */
export type SkipReason =
  | 'stale'
  | 'clock'
  | 'start-not-acknowledged'
  | 'budget'
  | 'breaker'
  | 'wrong-source'
  | 'would-lose-data'
  | 'shared-process'
  | 'not-streaming'
  | 'no-sticky-value'
  | 'not-applicable'
  | 'directive-unsigned'
  | 'directive-expired'
  | 'directive-foreign'
  | 'directive-repeated';
