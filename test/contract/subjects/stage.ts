import type { MethodSetting } from '@aws-sdk/client-api-gateway';
import type { RouteSettings } from '@aws-sdk/client-apigatewayv2';
import { stageThrottling } from '../../../src/faults/changers/stage-throttling.ts';
import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { FakeApiGateway } from '../../support/aws/fake-api-gateway.ts';
import { FakeAws, fakeRegion } from '../../support/aws/fake-aws.ts';
import type { Subject } from '../changer-bench.ts';
import { asJson, besides, targetOf, onSetting } from './support.ts';

const faults: readonly [ControlPlaneFault] = [
  { kind: 'apigateway.throttle', target: 'target', requestsPerSecond: 2, burst: 1 },
];

/** Stages of REST APIs, with these default settings or none. */
export function restStageSubject(settings?: MethodSetting): Subject {
  const gateway = new FakeApiGateway();
  const aws = new FakeAws({ APIGateway: gateway.rest, ApiGatewayV2: gateway.http });
  let n = 0;
  return {
    changer: stageThrottling,
    faults,
    make() {
      const api = `rest${(n += 1)}`;
      const key = `${api}/prod`;
      const one = { 'pets/GET': { throttlingRateLimit: 9, metricsEnabled: true } };
      gateway.restStages.set(key, {
        stageName: 'prod',
        description: 'production',
        methodSettings: { ...one, ...(settings && { '*/*': { ...settings } }) },
      });
      const patch = (path: string, value: string) => () =>
        gateway.patch(key, [{ op: 'replace', path: `/*/*/${path}`, value }]);
      // Where there were no settings before, any setting of others brings limits with it.
      const another = settings === undefined ? onSetting : besides;
      return Promise.resolve({
        target: stageTarget('restapis', api),
        process: () => aws.clients(),
        describe: () => Promise.resolve(asJson(gateway.restStages.get(key) ?? null)),
        others: {
          'another rate': onSetting(patch('throttling/rateLimit', '77')),
          'another burst': onSetting(patch('throttling/burstLimit', '55')),
          'another log level': another(patch('logging/loglevel', 'INFO')),
          'another description': besides(() =>
            Object.assign(gateway.restStages.get(key) ?? {}, { description: 'x' }),
          ),
        },
        remove: () => Promise.resolve(void gateway.restStages.delete(key)),
      });
    },
  };
}

/** Stages of HTTP APIs, with these route settings. */
export function httpStageSubject(settings: RouteSettings, merges: boolean): Subject {
  const gateway = new FakeApiGateway();
  gateway.merges = merges;
  const aws = new FakeAws({ APIGateway: gateway.rest, ApiGatewayV2: gateway.http });
  let n = 0;
  return {
    changer: stageThrottling,
    faults,
    make() {
      const api = `http${(n += 1)}`;
      const key = `${api}/prod`;
      gateway.httpStages.set(key, {
        StageName: 'prod',
        AutoDeploy: true,
        DefaultRouteSettings: { ...settings },
        RouteSettings: { 'GET /pets': { ThrottlingRateLimit: 9 } },
      });
      const set = (change: RouteSettings) => () => {
        const stage = gateway.httpStages.get(key) ?? {};
        stage.DefaultRouteSettings = { ...stage.DefaultRouteSettings, ...change };
      };
      return Promise.resolve({
        target: stageTarget('apis', api),
        process: () => aws.clients(),
        describe: () => Promise.resolve(asJson(gateway.httpStages.get(key) ?? null)),
        others: {
          'another rate': onSetting(set({ ThrottlingRateLimit: 77 })),
          'another burst': onSetting(set({ ThrottlingBurstLimit: 55 })),
          'more metrics': besides(set({ DetailedMetricsEnabled: true })),
        },
        remove: () => Promise.resolve(void gateway.httpStages.delete(key)),
      });
    },
  };
}

function stageTarget(kept: string, api: string): ReturnType<typeof targetOf> {
  const id = `${api}/stages/prod`;
  return targetOf('api-stage', id, `arn:aws:apigateway:${fakeRegion}::/${kept}/${id}`);
}
