// What the framework cannot say in serverless.yml of this service.
'use strict';

const deadMan = 'DeadmanLambdaFunction';
/** Functions that arm dead-men. */
const arming = ['Tick', 'Sweep', 'Alarm', 'Stop', 'Start'].map((name) => `${name}LambdaFunction`);
/** It sends messages to the queue that invokes it, on purpose: Lambda would stop that after some rounds. */
const looping = 'TickLambdaFunction';

module.exports = class InoculateDeployment {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      initialize: () => this.packageWithoutAws(),
      'after:package:compileFunctions': () => this.complete(),
    };
  }

  /** Before packaging, the framework asks AWS whether a layer has changed; the answer only saves a version. */
  packageWithoutAws() {
    const compiler = this.serverless.pluginManager.plugins.find(
      (plugin) => typeof plugin.compareWithLastLayer === 'function',
    );
    if (compiler !== undefined) compiler.compareWithLastLayer = async () => undefined;
  }

  complete() {
    const { Resources } = this.serverless.service.provider.compiledCloudFormationTemplate;
    const version = Object.keys(Resources).find(
      (key) =>
        Resources[key].Type === 'AWS::Lambda::Version' &&
        Resources[key].Properties.FunctionName.Ref === deadMan,
    );
    if (version === undefined) throw new Error(`${deadMan} has no version`);
    for (const key of arming)
      Resources[key].Properties.Environment.Variables.INOCULATE_DEADMAN_ARN = { Ref: version };
    Resources[looping].Properties.RecursiveLoop = 'Allow';
  }
};
