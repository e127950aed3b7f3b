// What the framework cannot say in serverless.yml of this service.
'use strict';

const deadMan = 'DeadmanLambdaFunction';
/** Functions that arm dead-men. */
const arming = ['Start', 'Tick', 'Sweep', 'Alarm', 'Stop'].map((name) => `${name}LambdaFunction`);
/** It sends messages to the queue that invokes it, on purpose: Lambda would stop that after some rounds. */
const looping = 'TickLambdaFunction';

module.exports = class InoculateDeployment {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      initialize: () => {
        this.packageWithoutAws();
        this.leaveOutRolePolicies();
      },
      'after:package:compileFunctions': () => this.complete(),
      'before:remove:remove': () => this.beforeRemoval(),
    };
  }

  /** Before packaging, the framework asks AWS whether a layer has changed; the answer only saves a version. */
  packageWithoutAws() {
    const compiler = this.serverless.pluginManager.plugins.find(
      (plugin) => typeof plugin.compareWithLastLayer === 'function',
    );
    if (compiler !== undefined) compiler.compareWithLastLayer = async () => undefined;
  }

  /** Only where it was asked for is there a function with a right to policies of roles. */
  leaveOutRolePolicies() {
    const { custom, functions } = this.serverless.service;
    if (custom.inoculate.rolePolicies !== true) delete functions.rolePolicy;
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

  /** Without the controller nobody would take back what a run has changed; and its rules must not outlive it. */
  async beforeRemoval() {
    const { removalOf } = require('./removal.cjs');
    const provider = this.serverless.getProvider('aws');
    const stage = provider.getStage();
    const removal = removalOf(`inoculate-${stage}`, provider.getRegion());
    const runs = await removal.runsUnderWay();
    if (runs.length > 0)
      throw new this.serverless.classes.Error(
        `These runs are under way, and only the controller takes their faults back: ${runs.join(', ')}. ` +
          `Stop them first: inoculate kill-switch on --stage ${stage}`,
      );
    await removal.removeRules();
  }
};
