import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { AwsClients } from '../../aws/clients.ts';
import type { Datapoint, MetricQuery, Probes } from '../../signals/probes.ts';

/** Loads CloudWatch's client when it is first used. */
export function metricReader(aws: AwsClients): NonNullable<Probes['metrics']> {
  return async (queries, signal) => {
    if (queries.length === 0) return [];
    const { CloudWatchClient, GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    const found = queries.map((): Datapoint[] => []);
    let next: string | undefined;
    do {
      const answer = await aws.get(CloudWatchClient).send(
        new GetMetricDataCommand({
          MetricDataQueries: queries.map(asAws),
          StartTime: new Date(startOf(queries)),
          EndTime: new Date(Math.max(...queries.map(({ until }) => until))),
          ...(next === undefined ? {} : { NextToken: next }),
        }),
        { abortSignal: signal },
      );
      for (const { Id, StatusCode, Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
        const index = Number(Id?.slice(1));
        if (StatusCode === 'InternalError' || StatusCode === 'Forbidden')
          throw new Error(`CloudWatch could not read ${queries[index]?.metric}: ${StatusCode}`);
        for (const [at, time] of Timestamps.entries()) {
          const value = Values[at];
          if (value !== undefined) found[index]?.push({ at: time.getTime(), value });
        }
      }
      next = answer.NextToken;
    } while (next !== undefined && next !== '');
    // One call covers the time of all of them: each gets what it asked for.
    return found.map((points, index) => points.filter(({ at }) => isWanted(queries[index], at)));
  };
}

function isWanted(query: MetricQuery | undefined, at: number): boolean {
  return query !== undefined && at >= query.from && at < query.until;
}

/** At the start of a period of every query, so that CloudWatch's periods are the ones that were meant. */
function startOf(queries: readonly MetricQuery[]): number {
  const longest = Math.max(60_000, ...queries.map(({ periodMs }) => periodMs));
  return Math.floor(Math.min(...queries.map(({ from }) => from)) / longest) * longest;
}

function asAws(
  { namespace, metric, dimensions, stat, periodMs }: MetricQuery,
  index: number,
): MetricDataQuery {
  return {
    Id: `q${index}`,
    ReturnData: true,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodMs / 1000,
      Stat: stat,
    },
  };
}

/** Invokes a function and waits. Loads Lambda's client when it is first used. */
export function invoker(aws: AwsClients): NonNullable<Probes['invoke']> {
  return async ({ function: name, payload }, signal) => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    const { FunctionError, Payload } = await aws.get(LambdaClient).send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: 'RequestResponse',
        Payload: new TextEncoder().encode(payload),
      }),
      { abortSignal: signal },
    );
    const body = Payload === undefined ? '' : new TextDecoder().decode(Payload);
    return { error: FunctionError === undefined ? null : `${FunctionError} ${body.slice(0, 200)}`, body };
  };
}
