import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import type { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import type { AwsClients } from '../aws/clients.ts';
import { isOptedIn } from '../aws/opt-in.ts';
import { reportsOnBatches } from '../core/batches.ts';
import type { TargetFacts } from '../core/facts.ts';
import { targetTypeOf } from '../core/target-type.ts';
import { runsNow } from '../engine/runs-now.ts';
import type { Clock, Ports, Store } from '../engine/ports.ts';
import { targetResolvers } from '../targets/index.ts';
import type { ResolveContext, ResolvedTarget, Target } from '../targets/module.ts';
import type { ControllerEnvironment } from './environment.ts';
import { controlTableOf, refusalsOfLadder } from './held-before.ts';
import { limitsOf, windowOf } from './limits.ts';

const wrapper = '/opt/inoculate/wrapper';

/** What guards decide on, as AWS shows it now. */
export function factsOf(
  environment: ControllerEnvironment,
  aws: AwsClients,
  store: Store,
  control: Pick<DynamoDbTable, 'get'>,
  clock: Pick<Clock, 'now'>,
): Ports['facts'] {
  return async (run, signal) => {
    const { account, region, partition, stage } = environment;
    const context = { aws, account, region, partition, stage, signal };
    const [others, guardrails, ...targets] = await Promise.all([
      runsNow(store, run.id),
      readGuardrails(control, stage),
      ...Object.entries(run.experiment.targets).map(([name, target]) =>
        targetFacts(name, target, { ...context, withBatches: reportsOnBatches(run.experiment, name) }),
      ),
    ]);
    const limits = limitsOf(guardrails, others);
    const ladder = await refusalsOfLadder(guardrails, run.experiment.name, clock.now(), controlTableOf(aws));
    return {
      limits: { ...limits, refusals: [...(limits.refusals ?? []), ...ladder] },
      window: windowOf(run, guardrails, clock.now()),
      targets,
    };
  };
}

/** A target as it is deployed, with what decides whether it may be touched. */
export async function targetFacts(
  name: string,
  target: Target,
  context: ResolveContext,
): Promise<TargetFacts> {
  const type = targetTypeOf(target);
  const resolver = await targetResolvers[type]?.();
  if (resolver === undefined) throw new Error(`Targets of type ${type} cannot be resolved`);
  return factsOfTarget(name, type, await resolver.resolve(target, context), context);
}

/** The same of a target that has been resolved. */
export function factsOfTarget(
  name: string,
  type: TargetFacts['type'],
  found: ResolvedTarget | null,
  context: Pick<ResolveContext, 'account' | 'region'>,
): TargetFacts {
  const common = {
    name,
    id: found?.id ?? null,
    arn: found?.arn ?? null,
    optedIn: found !== null && isOptedIn(found.tags),
    local: found !== null && isLocal(found.arn, context),
  };
  if (type !== 'function') return { ...common, type };
  return {
    ...common,
    type,
    layerAttached: hasLayer(found),
    timeoutMs: found?.function?.timeoutMs ?? 0,
    asynchronous: found?.function?.asynchronous ?? null,
    ...(found?.function === undefined ? {} : { sharesProcess: found.function.sharesProcess }),
    ...(found?.function?.batches === undefined ? {} : { batches: found.function.batches }),
  };
}

/** Some ARNs name neither account nor Region: a bucket's, a health check's. Such a thing was found with our own rights. */
function isLocal(arn: string, { account, region }: Pick<ResolveContext, 'account' | 'region'>): boolean {
  const [, , , arnRegion = '', arnAccount = ''] = arn.split(':');
  return (arnRegion === '' || arnRegion === region) && (arnAccount === '' || arnAccount === account);
}

/** The layer works only where the runtime starts it. Its own name may be the team's choice. */
function hasLayer(found: ResolvedTarget | null): boolean {
  const environment = found?.function?.environment ?? {};
  return (
    environment['AWS_LAMBDA_EXEC_WRAPPER'] === wrapper &&
    (environment['INOCULATE_TABLE'] ?? '') !== '' &&
    (found?.function?.layers.length ?? 0) > 0
  );
}
