import {
  type MethodSetting,
  NotFoundException,
  type PatchOperation,
  type Stage,
} from '@aws-sdk/client-api-gateway';
import {
  type GetStageResponse,
  NotFoundException as NoHttpStage,
  type RouteSettings,
} from '@aws-sdk/client-apigatewayv2';
import { type FakeService, thrown } from './fake-aws.ts';

interface RestStage {
  readonly restApiId: string;
  readonly stageName: string;
}

interface HttpStage {
  readonly ApiId: string;
  readonly StageName: string;
}

const fields: Readonly<Record<string, keyof MethodSetting>> = {
  'throttling/rateLimit': 'throttlingRateLimit',
  'throttling/burstLimit': 'throttlingBurstLimit',
  'metrics/enabled': 'metricsEnabled',
  'logging/loglevel': 'loggingLevel',
  'logging/dataTrace': 'dataTraceEnabled',
  'caching/enabled': 'cachingEnabled',
  'caching/ttlInSeconds': 'cacheTtlInSeconds',
};

/** Stages of REST APIs, which are changed by patch operations, and stages of HTTP APIs. */
export class FakeApiGateway {
  readonly restStages = new Map<string, Stage>();
  readonly httpStages = new Map<string, GetStageResponse>();
  /** Whether route settings that an update leaves out stay; that is not documented. */
  merges = false;

  patch(id: string, operations: readonly PatchOperation[]): void {
    const stage = this.#rest(id);
    const all = (stage.methodSettings ??= {});
    for (const { op, path = '', value = '' } of operations) {
      const [, resource = '', method = '', ...rest] = path.split('/');
      const key = `${resource}/${method}`;
      const field = fields[rest.join('/')];
      if (op === 'remove' && rest.length === 0) delete all[key];
      else if (op === 'replace' && field !== undefined)
        all[key] = { ...(all[key] ?? untouched), [field]: valueOf(field, value) };
      else throw Object.assign(new Error(`Invalid patch path ${path}`), thrown(400, path));
    }
  }

  updateRoutes(id: string, settings: RouteSettings): void {
    const stage = this.#http(id);
    stage.DefaultRouteSettings = { ...(this.merges && stage.DefaultRouteSettings), ...settings };
  }

  readonly rest: FakeService = {
    GetStage: ({ restApiId, stageName }: RestStage) => this.#rest(`${restApiId}/${stageName}`),
    UpdateStage: (
      input: RestStage & { readonly patchOperations?: readonly PatchOperation[] | undefined },
    ) => {
      this.patch(`${input.restApiId}/${input.stageName}`, input.patchOperations ?? []);
      return {};
    },
  };

  readonly http: FakeService = {
    GetStage: ({ ApiId, StageName }: HttpStage) => this.#http(`${ApiId}/${StageName}`),
    UpdateStage: (input: HttpStage & { readonly DefaultRouteSettings?: RouteSettings | undefined }) => {
      if (input.DefaultRouteSettings !== undefined)
        this.updateRoutes(`${input.ApiId}/${input.StageName}`, input.DefaultRouteSettings);
      return {};
    },
  };

  #rest(id: string): Stage {
    const found = this.restStages.get(id);
    if (found === undefined) throw new NotFoundException(thrown(404, 'Invalid stage identifier specified'));
    return found;
  }

  #http(id: string): GetStageResponse {
    const found = this.httpStages.get(id);
    if (found === undefined) throw new NoHttpStage(thrown(404, `Unable to find Stage by name ${id}`));
    return found;
  }
}

/** What API Gateway shows of the settings that nobody set, once any of them is. */
const untouched: MethodSetting = {
  metricsEnabled: false,
  loggingLevel: 'OFF',
  dataTraceEnabled: false,
  throttlingBurstLimit: 5000,
  throttlingRateLimit: 10000,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
};

function valueOf(field: keyof MethodSetting, text: string): unknown {
  const like = untouched[field];
  if (typeof like === 'number') return Number(text);
  return typeof like === 'boolean' ? text === 'true' : text;
}
