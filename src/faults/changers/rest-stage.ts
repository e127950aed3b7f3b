import {
  APIGatewayClient,
  GetStageCommand,
  type MethodSetting,
  NotFoundException,
  type PatchOperation,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import type { AwsClients } from '../../aws/clients.ts';
import type { ChangeContext } from '../module.ts';
import type { Settings } from './settings.ts';
import { type StageCalls, stageOf } from './stage-calls.ts';

/** The settings of every method that has none of its own. */
const everyMethod = '*/*';

/** Where a patch finds each setting, and what a setting that nobody set is: API Gateway shows all or none of them. */
const paths = {
  throttlingRateLimit: 'throttling/rateLimit',
  throttlingBurstLimit: 'throttling/burstLimit',
  metricsEnabled: 'metrics/enabled',
  loggingLevel: 'logging/loglevel',
  dataTraceEnabled: 'logging/dataTrace',
  cachingEnabled: 'caching/enabled',
  cacheTtlInSeconds: 'caching/ttlInSeconds',
  cacheDataEncrypted: 'caching/dataEncrypted',
  requireAuthorizationForCacheControl: 'caching/requireAuthorizationForCacheControl',
  unauthorizedCacheControlHeaderStrategy: 'caching/unauthorizedCacheControlHeaderStrategy',
} as const satisfies Record<keyof MethodSetting, string>;

const untouched: MethodSetting = {
  metricsEnabled: false,
  loggingLevel: 'OFF',
  dataTraceEnabled: false,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
};

/** Stages of REST APIs. */
export function restStage(aws: AwsClients): StageCalls {
  const reader = aws.get(APIGatewayClient);
  const writer = aws.sendingOnce(APIGatewayClient);
  const find = async (context: ChangeContext): Promise<MethodSetting> => {
    const { api, stage } = stageOf(context);
    const { methodSettings } = await reader.send(new GetStageCommand({ restApiId: api, stageName: stage }), {
      abortSignal: context.signal,
    });
    return methodSettings?.[everyMethod] ?? {};
  };
  return {
    cannotUnset: null,
    async read(context) {
      try {
        const { throttlingRateLimit, throttlingBurstLimit } = await find(context);
        return {
          settings: {
            rateLimit: throttlingRateLimit ?? null,
            burstLimit: throttlingBurstLimit ?? null,
          },
        };
      } catch (error) {
        if (error instanceof NotFoundException) return 'absent';
        throw error;
      }
    },
    async write(context, settings) {
      const { api, stage } = stageOf(context);
      const isUnset = Object.values(settings).includes(null);
      const patchOperations = isUnset
        ? unsetting(settings, await find(context))
        : Object.entries(limitsOf(settings)).map(replacing);
      await writer.send(new UpdateStageCommand({ restApiId: api, stageName: stage, patchOperations }), {
        abortSignal: context.signal,
      });
    },
  };
}

/** A limit cannot be unset by itself: all settings go, and what others have set comes back in the same call. */
function unsetting(settings: Settings, now: MethodSetting): PatchOperation[] {
  const limits = limitsOf(settings);
  const kept = Object.entries(now).filter(([name, value]) =>
    name in limits ? false : value !== undefined && Reflect.get(untouched, name) !== value,
  );
  const set = Object.entries(limits).filter(([, value]) => value !== null);
  return [{ op: 'remove', path: `/${everyMethod}` }, ...[...kept, ...set].map(replacing)];
}

function limitsOf({ rateLimit, burstLimit }: Settings): Readonly<Record<string, Settings[string]>> {
  return {
    ...(rateLimit !== undefined && { throttlingRateLimit: rateLimit }),
    ...(burstLimit !== undefined && { throttlingBurstLimit: burstLimit }),
  };
}

function replacing([name, value]: readonly [string, unknown]): PatchOperation {
  const path = Reflect.get(paths, name) as string;
  return { op: 'replace', path: `/${everyMethod}/${path}`, value: String(value) };
}
