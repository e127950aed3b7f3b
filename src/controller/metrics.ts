import { systemClock } from '../adapters/system-clock.ts';

/** A line in CloudWatch's embedded metric format: a metric of the namespace `Inoculate`, by stage. */
export function countMetric(
  stage: string,
  metric: 'RevertsFailing',
  fields: Readonly<Record<string, unknown>>,
): void {
  const directive = {
    Timestamp: systemClock.now(),
    CloudWatchMetrics: [
      { Namespace: 'Inoculate', Dimensions: [['Stage']], Metrics: [{ Name: metric, Unit: 'Count' }] },
    ],
  };
  // eslint-disable-next-line no-console -- CloudWatch makes metrics of what a function prints
  console.log(JSON.stringify({ _aws: directive, Stage: stage, [metric]: 1, ...fields }));
}
