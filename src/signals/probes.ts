/** How signals that are no statistics are read. What a host does not offer is not judged there. */
export interface Probes {
  /** The datapoints of each query, in its order. */
  readonly metrics?: (
    queries: readonly MetricQuery[],
    signal: AbortSignal,
  ) => Promise<readonly (readonly Datapoint[])[]>;
  /** The states of the named alarms; one that does not exist is left out. */
  readonly alarms?: (
    names: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly { readonly name: string; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' }[]>;
  /** Rejects where there was no answer. Follows no redirect. */
  readonly http?: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  /** Rejects where the function could not be invoked. */
  readonly invoke?: (invocation: Invocation, signal: AbortSignal) => Promise<Invoked>;
}

export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly periodMs: number;
  /** Periods that begin from `from` on and before `until`, both at the start of one. */
  readonly from: number;
  readonly until: number;
}

/** The value of one period. */
export interface Datapoint {
  /** The period's start. */
  readonly at: number;
  readonly value: number;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the answer's body is of interest. */
  readonly readsBody: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** As much of it as is ever read; empty where it is of no interest. */
  readonly body: string;
}

export interface Invocation {
  readonly function: string;
  /** JSON. */
  readonly payload: string;
}

export interface Invoked {
  /** Why the function failed; null where it did not. */
  readonly error: string | null;
  /** What it answered, as text. */
  readonly body: string;
}
