import {
  ApiGatewayV2Client,
  GetStageCommand,
  NotFoundException,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { AwsClients } from '../../aws/clients.ts';
import type { ChangeContext } from '../module.ts';
import { type StageCalls, stageOf } from './stage-calls.ts';

/** Stages of HTTP and WebSocket APIs. */
export function httpStage(aws: AwsClients): StageCalls {
  const reader = aws.get(ApiGatewayV2Client);
  const writer = aws.sendingOnce(ApiGatewayV2Client);
  const find = (context: ChangeContext) => {
    const { api, stage } = stageOf(context);
    return reader.send(new GetStageCommand({ ApiId: api, StageName: stage }), {
      abortSignal: context.signal,
    });
  };
  return {
    cannotUnset:
      'API Gateway documents no way to take the limits of an HTTP API away again; tools that tried it left stages that reject everything. Set the limits of the account on the stage first: they change nothing for its callers.',
    async read(context) {
      try {
        const { DefaultRouteSettings: limits = {} } = await find(context);
        return {
          settings: {
            rateLimit: limits.ThrottlingRateLimit ?? null,
            burstLimit: limits.ThrottlingBurstLimit ?? null,
          },
        };
      } catch (error) {
        if (error instanceof NotFoundException) return 'absent';
        throw error;
      }
    },
    async write(context, { rateLimit, burstLimit }) {
      const { api, stage } = stageOf(context);
      // All of them: it is not documented whether what is left out stays.
      const { DefaultRouteSettings: now = {} } = await find(context);
      await writer.send(
        new UpdateStageCommand({
          ApiId: api,
          StageName: stage,
          DefaultRouteSettings: {
            ...now,
            ...(typeof rateLimit === 'number' && { ThrottlingRateLimit: rateLimit }),
            ...(typeof burstLimit === 'number' && { ThrottlingBurstLimit: burstLimit }),
          },
        }),
        { abortSignal: context.signal },
      );
    },
  };
}
