import { APIGatewayClient, GetStageCommand, NotFoundException } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  GetStageCommand as GetHttpStageCommand,
  NotFoundException as NoHttpStage,
} from '@aws-sdk/client-apigatewayv2';
import type { ResolveContext, ResolvedTarget, TargetResolver } from './module.ts';

/**
 * A stage of a REST, HTTP or WebSocket API. Its id is `API/stages/STAGE`; its ARN says by `restapis` or `apis` which of
 * API Gateway's two services keeps it.
 */
export const apiStageResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('api' in target)) throw new Error(`Not a stage of an API: ${JSON.stringify(target)}`);
    const { api, apiStage } = target;
    const tags = await restStageTags(api, apiStage, context);
    if (tags !== null) return stage('restapis', `${api}/stages/${apiStage}`, tags, context);
    const httpTags = await httpStageTags(api, apiStage, context);
    return httpTags === null ? null : stage('apis', `${api}/stages/${apiStage}`, httpTags, context);
  },
};

function stage(
  kept: 'restapis' | 'apis',
  id: string,
  tags: Readonly<Record<string, string>>,
  { partition, region }: ResolveContext,
): ResolvedTarget {
  return { id, arn: `arn:${partition}:apigateway:${region}::/${kept}/${id}`, tags };
}

type Tags = Promise<Readonly<Record<string, string>> | null>;

async function restStageTags(restApiId: string, stageName: string, { aws, signal }: ResolveContext): Tags {
  try {
    const { tags = {} } = await aws
      .get(APIGatewayClient)
      .send(new GetStageCommand({ restApiId, stageName }), { abortSignal: signal });
    return tags;
  } catch (error) {
    if (error instanceof NotFoundException) return null;
    throw error;
  }
}

async function httpStageTags(ApiId: string, StageName: string, { aws, signal }: ResolveContext): Tags {
  try {
    const { Tags = {} } = await aws
      .get(ApiGatewayV2Client)
      .send(new GetHttpStageCommand({ ApiId, StageName }), { abortSignal: signal });
    return Tags;
  } catch (error) {
    if (error instanceof NoHttpStage) return null;
    throw error;
  }
}
