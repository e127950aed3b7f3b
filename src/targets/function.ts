import {
  GetFunctionCommand,
  GetPolicyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { foundElsewhere } from './elsewhere.ts';
import { batchesOf } from './mappings.ts';
import type { ResolveContext, ResolvedTarget, Target, TargetResolver } from './module.ts';

/** Services that hand a function events without waiting for its answer. */
const asynchronousSources: ReadonlySet<string> = new Set([
  'events.amazonaws.com',
  'scheduler.amazonaws.com',
  'sns.amazonaws.com',
  's3.amazonaws.com',
  'logs.amazonaws.com',
  'ses.amazonaws.com',
  'iot.amazonaws.com',
  'config.amazonaws.com',
  'codecommit.amazonaws.com',
]);

/** A function by its name or ARN, or as the function of a Serverless service, by the names that the framework gives. */
export const functionResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    const name = nameOf(target, context);
    const elsewhere = foundElsewhere(name, context);
    if (elsewhere !== null) return elsewhere;
    try {
      const { Configuration, Tags } = await context.aws
        .get(LambdaClient)
        .send(new GetFunctionCommand({ FunctionName: name }), { abortSignal: context.signal });
      const { FunctionName, FunctionArn, Layers, Environment, Runtime, Timeout, CapacityProviderConfig } =
        Configuration ?? {};
      if (FunctionName === undefined || FunctionArn === undefined) return null;
      return {
        id: FunctionName,
        arn: FunctionArn,
        tags: Tags ?? {},
        function: {
          layers: (Layers ?? []).flatMap(({ Arn }) => (Arn === undefined ? [] : [Arn])),
          environment: Environment?.Variables ?? {},
          runtime: Runtime ?? null,
          timeoutMs: (Timeout ?? 3) * 1000,
          asynchronous: await isAsynchronous(FunctionName, context),
          sharesProcess: CapacityProviderConfig !== undefined,
          ...(context.withBatches === true ? { batches: await batchesOf(FunctionName, context) } : {}),
        },
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  },
};

function nameOf(target: Target, { stage }: ResolveContext): string {
  if ('lambda' in target) return target.lambda;
  if ('service' in target) return `${target.service}-${stage}-${target.function}`;
  throw new Error(`Not a function: ${JSON.stringify(target)}`);
}

/**
 * Whether some service may hand it events that nobody waits for. Its resource policy tells which services may call it;
 * who calls with rights of their own, synchronously or not, does not stand there.
 */
async function isAsynchronous(name: string, { aws, signal }: ResolveContext): Promise<boolean | null> {
  try {
    const { Policy = '' } = await aws
      .get(LambdaClient)
      .send(new GetPolicyCommand({ FunctionName: name }), { abortSignal: signal });
    return [...asynchronousSources].some((source) => Policy.includes(`"${source}"`)) ? true : null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}
