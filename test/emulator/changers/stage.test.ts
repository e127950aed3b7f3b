import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteStageCommand,
  GetResourcesCommand,
  GetStageCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateStageCommand as CreateHttpStageCommand,
  DeleteStageCommand as DeleteHttpStageCommand,
  GetStageCommand as GetHttpStageCommand,
  type RouteSettings,
  UpdateStageCommand as UpdateHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { stageThrottling } from '../../../src/faults/changers/stage-throttling.ts';
import type { OthersChange, Resource } from '../../contract/changer-bench.ts';
import { targetOf, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Emulated, onEmulator, orNull, describeOnEmulator } from './emulated.ts';

const tags = { inoculate: 'allow' };
const on = {
  changer: stageThrottling,
  faults: [{ kind: 'apigateway.throttle', target: 'checkout', requestsPerSecond: 2, burst: 1 }],
} as const;
const drift = (make: () => Promise<unknown>): OthersChange => ({
  make: async () => void (await make()),
  leaves: 'drift',
  refusesApply: true,
});
const harmless = (make: () => Promise<unknown>): OthersChange => ({
  make: async () => void (await make()),
  leaves: 'clean',
  refusesApply: false,
});

async function deployedApi(emulated: Emulated): Promise<string> {
  const { apiGateway } = emulated.clients;
  const { id: restApiId = '' } = await apiGateway.send(new CreateRestApiCommand({ name: emulated.name() }));
  const { items = [] } = await apiGateway.send(new GetResourcesCommand({ restApiId }));
  const method = { restApiId, resourceId: items[0]?.id, httpMethod: 'GET' };
  await apiGateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  await apiGateway.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
  return restApiId;
}

async function makeRestStage(emulated: Emulated, earlier: readonly PatchOperation[]): Promise<Resource> {
  const { apiGateway } = emulated.clients;
  const restApiId = await deployedApi(emulated);
  const { id: deploymentId } = await apiGateway.send(new CreateDeploymentCommand({ restApiId }));
  const stage = { restApiId, stageName: 'test' };
  await apiGateway.send(new CreateStageCommand({ ...stage, deploymentId, tags }));
  const patch = (...patchOperations: PatchOperation[]) =>
    apiGateway.send(new UpdateStageCommand({ ...stage, patchOperations }));
  if (earlier.length > 0) await patch(...earlier);
  const id = `${restApiId}/stages/test`;
  const replace = (path: string, value: string) => () =>
    patch({ op: 'replace', path: `/*/*/${path}`, value });
  // Where there were no settings before, any setting of others brings limits with it.
  const another = earlier.length === 0 ? drift : harmless;
  return {
    target: targetOf('api-stage', id, `arn:aws:apigateway:${emulated.region}::/restapis/${id}`),
    process: () => emulated.process(),
    describe: async () =>
      without(
        (await orNull(apiGateway.send(new GetStageCommand(stage)), 'NotFoundException')) ?? undefined,
        '$metadata',
        'deploymentId',
        'createdDate',
        'lastUpdatedDate',
      ),
    others: {
      'another rate': drift(replace('throttling/rateLimit', '77')),
      'another log level': another(replace('logging/loglevel', 'INFO')),
      'another description': harmless(() => patch({ op: 'replace', path: '/description', value: 'x' })),
    },
    remove: async () => void (await apiGateway.send(new DeleteStageCommand(stage))),
  };
}

async function makeHttpStage(emulated: Emulated): Promise<Resource> {
  const { apiGatewayV2 } = emulated.clients;
  const { ApiId = '' } = await apiGatewayV2.send(
    new CreateApiCommand({ Name: emulated.name(), ProtocolType: 'HTTP' }),
  );
  const stage = { ApiId, StageName: 'test' };
  const limits = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50, DetailedMetricsEnabled: false };
  await apiGatewayV2.send(
    new CreateHttpStageCommand({ ...stage, AutoDeploy: true, DefaultRouteSettings: limits, Tags: tags }),
  );
  const read = () => orNull(apiGatewayV2.send(new GetHttpStageCommand(stage)), 'NotFoundException');
  const set = (change: RouteSettings) => async () => {
    const { DefaultRouteSettings: now } = (await read()) ?? {};
    return apiGatewayV2.send(
      new UpdateHttpStageCommand({ ...stage, DefaultRouteSettings: { ...now, ...change } }),
    );
  };
  const id = `${ApiId}/stages/test`;
  return {
    target: targetOf('api-stage', id, `arn:aws:apigateway:${emulated.region}::/apis/${id}`),
    process: () => emulated.process(),
    describe: async () =>
      without((await read()) ?? undefined, '$metadata', 'CreatedDate', 'LastUpdatedDate', 'DeploymentId'),
    others: {
      'another rate': drift(set({ ThrottlingRateLimit: 77 })),
      'more metrics': harmless(set({ DetailedMetricsEnabled: true })),
    },
    remove: async () => void (await apiGatewayV2.send(new DeleteHttpStageCommand(stage))),
  };
}

const earlier: readonly PatchOperation[] = [
  { op: 'replace', path: '/*/*/throttling/rateLimit', value: '100' },
  { op: 'replace', path: '/*/*/throttling/burstLimit', value: '50' },
];
const options = { histories: 10 };

describeWithEmulator('limits of stages, as the emulator has them', () => {
  describeOnEmulator('REST, none', () => onEmulator(on, (emulated) => makeRestStage(emulated, [])), options);
  describeOnEmulator(
    'REST, some',
    () => onEmulator(on, (emulated) => makeRestStage(emulated, earlier)),
    options,
  );
  describeOnEmulator('HTTP', () => onEmulator(on, makeHttpStage), options);
});
