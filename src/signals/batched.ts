import { together } from '../engine/together.ts';
import type { Datapoint, MetricQuery, Probes } from './probes.ts';

/** The probes of one look: all of its metrics are read with one call. What the host has not got rejects. */
export function batched(probes: Probes): Required<Probes> {
  const metric = together<MetricQuery, readonly Datapoint[]>((queries, signal) =>
    (probes.metrics ?? missing('metrics'))(queries, signal),
  );
  return {
    metrics: (queries, signal) => Promise.all(queries.map((query) => metric(query, signal))),
    alarms: probes.alarms ?? missing('alarms'),
    http: probes.http ?? missing('HTTP probes'),
    invoke: probes.invoke ?? missing('functions'),
  };
}

function missing(what: string): () => Promise<never> {
  return () => Promise.reject(new Error(`Nothing here reads ${what}`));
}
