import { resolve } from 'node:path';
import type { Framework, FunctionConfig, Values } from '../../src/serverless/framework.ts';
import { layerConfig, skipComparison } from '../../src/serverless/layer.ts';
import InoculatePlugin from '../../src/serverless/plugin.ts';

const wrapper = '/opt/inoculate/wrapper';

/** The plugin in a framework that stands still; `hook` runs what the plugin does at a point of its life. */
function plugged(custom: unknown, deployed: Values = {}, layers: Values = {}) {
  const told: string[] = [];
  const checkout: FunctionConfig = { name: 'shop-dev-checkout' };
  const serverless: Framework = {
    serviceDir: '/nowhere',
    service: {
      custom,
      provider: {
        name: 'aws',
        compiledCloudFormationTemplate: { Resources: {} },
        remoteFunctionData: { Configuration: { Environment: { Variables: deployed } } },
      },
      layers,
      getAllFunctions: () => ['checkout'],
      getFunction: () => checkout,
    },
    pluginManager: { plugins: [] },
    configSchemaHandler: { defineCustomProperties: () => undefined },
    classes: { Error },
    getProvider: () => ({
      getStage: () => 'dev',
      getRegion: () => 'eu-central-1',
      getRuntime: () => 'nodejs24.x',
      naming: {
        getStackName: () => 'shop-dev',
        getLambdaLogicalId: () => 'CheckoutLambdaFunction',
        getLambdaLayerLogicalId: () => 'InoculateLambdaLayer',
      },
    }),
  };
  const tell = (message: string): void => void told.push(message);
  const log = { info: tell, notice: tell, warning: tell };
  const plugin = new InoculatePlugin(serverless, { function: 'checkout' }, { log });
  return { checkout, told, hook: (name: string) => plugin.hooks[name]?.(), plugin };
}

describe('serverless deploy function', () => {
  const custom = { inoculate: { targets: ['checkout'] } };

  it('keeps the layer attached where it is', () => {
    const { checkout, hook, told } = plugged(custom, { AWS_LAMBDA_EXEC_WRAPPER: wrapper });
    hook('before:deploy:function:deploy');
    expect(checkout).toMatchObject({
      environment: { AWS_LAMBDA_EXEC_WRAPPER: wrapper, INOCULATE_TABLE: 'inoculate-dev-functions' },
      // The framework leaves layers as they are deployed where one of them is not an ARN.
      layers: [{ Ref: 'InoculateLambdaLayer' }],
    });
    expect(told).toEqual([]);
  });

  it('names no wrapper that is not there: it would stop the function', () => {
    const { checkout, hook, told } = plugged(custom, { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' });
    hook('before:deploy:function:deploy');
    expect(checkout).toEqual({ name: 'shop-dev-checkout' });
    expect(told).toEqual(['Inoculate will be attached to "checkout" by the next "serverless deploy".']);
  });

  it('leaves other functions alone', () => {
    const { checkout, hook, told } = plugged(
      { inoculate: { targets: [] } },
      { AWS_LAMBDA_EXEC_WRAPPER: wrapper },
    );
    hook('before:deploy:function:deploy');
    expect({ checkout, told }).toEqual({ checkout: { name: 'shop-dev-checkout' }, told: [] });
  });
});

describe('the plugin', () => {
  it('waits for a command that packages or deploys: others work whatever custom.inoculate says', () => {
    expect(Object.keys(plugged({ inoculate: 'nonsense' }).plugin.hooks).sort()).toEqual([
      'after:aws:package:finalize:mergeCustomProviderResources',
      'before:deploy:function:deploy',
      'before:package:compileFunctions',
      'before:package:compileLayers',
      'before:package:createDeploymentArtifacts',
      'before:package:initialize',
    ]);
    expect(() => plugged({ inoculate: 'nonsense' }).hook('before:package:initialize')).toThrow(
      /custom\.inoculate: This is "nonsense"; expected a mapping/,
    );
  });
});

describe('the plugin refuses', () => {
  const custom = { inoculate: { targets: ['checkout'] } };

  it('to share the name of its layer with another', () => {
    const { hook } = plugged(custom, {}, { inoculate: { path: 'mine' } });
    expect(() => hook('before:package:initialize')).toThrow(/layers\.inoculate: This name is taken/);
  });

  it('to leave a target without permissions that another plugin has moved to another stack', () => {
    const { hook } = plugged(custom);
    expect(() => hook('after:aws:package:finalize:mergeCustomProviderResources')).toThrow(
      /no "CheckoutLambdaFunction" any more\. Name inoculate\/serverless before plugins/,
    );
  });

  it('to attach a layer that is not there', () => {
    const folder = resolve('test/serverless');
    expect(() => layerConfig(folder, '/service', 'shop-dev')).toThrow(
      /there is no layer in .*test\/serverless/,
    );
  });
});

describe('a package that is made without AWS', () => {
  it('skips the question for the last version of its own layer, and of no other', async () => {
    const asked: string[] = [];
    const compiler = {
      asked,
      async compareWithLastLayer(layer: string): Promise<void> {
        this.asked.push(layer);
      },
    };
    skipComparison([{}, compiler]);
    await compiler.compareWithLastLayer('inoculate');
    await compiler.compareWithLastLayer('tools');
    expect(asked).toEqual(['tools']);
  });
});
