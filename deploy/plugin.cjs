// What the framework cannot say in serverless.yml of this service.
'use strict';

const deadMan = 'DeadmanLambdaFunction';
/** Functions that arm dead-men. */
const arming = ['Start', 'Tick', 'Sweep', 'Alarm', 'Stop'].map((name) => `${name}LambdaFunction`);
/** It sends messages to the queue that invokes it, on purpose: Lambda would stop that after some rounds. */
const looping = 'TickLambdaFunction';

/** S3 takes names of at most so many characters. */
const longestBucket = 63;

module.exports = class InoculateDeployment {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      initialize: () => {
        this.requireStage();
        this.packageWithoutAws();
        this.leaveOutRolePolicies();
        this.leaveOutSlack();
      },
      'after:package:compileFunctions': () => this.complete(),
      'before:remove:remove': () => this.beforeRemoval(),
    };
  }

  /** The bucket of reports is called after stage, account and Region, and S3 takes fewer names than the rest of AWS. */
  requireStage() {
    const provider = this.serverless.getProvider('aws');
    const [stage, region] = [provider.getStage(), provider.getRegion()];
    const longest = longestBucket - `inoculate--reports-123456789012-${region}`.length;
    if (/^[a-z0-9-]+$/.test(stage) && stage.length <= longest) return;
    throw new this.serverless.classes.Error(
      `Stage "${stage}" cannot be: the bucket of reports is called after it, and in ${region} that leaves ` +
        `lower-case letters, digits and dashes, ${longest} at most`,
    );
  }

  /** Before packaging, the framework asks AWS whether a layer has changed; the answer only saves a version. */
  packageWithoutAws() {
    const compiler = this.serverless.pluginManager.plugins.find(
      (plugin) => typeof plugin.compareWithLastLayer === 'function',
    );
    if (compiler !== undefined) compiler.compareWithLastLayer = async () => undefined;
  }

  async reportsBucket(provider) {
    const account = await provider.getAccountId();
    return `inoculate-${provider.getStage()}-reports-${account}-${provider.getRegion()}`;
  }

  /** Only where it was asked for is there a function with a right to policies of roles. */
  leaveOutRolePolicies() {
    const { custom, functions } = this.serverless.service;
    if (custom.inoculate.rolePolicies !== true) delete functions.rolePolicy;
  }

  /** Where nobody wants commands and buttons there is no public address. */
  leaveOutSlack() {
    const { custom, functions, resources } = this.serverless.service;
    if (custom.inoculate.slack !== false) return;
    delete functions.slack;
    delete functions.slackWorker;
    for (const { Outputs } of [resources].flat()) if (Outputs !== undefined) delete Outputs.SlackUrl;
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
    if (this.serverless.service.custom.inoculate.protection.policy !== 'Delete') return;
    await removal.emptyReports(await this.reportsBucket(provider));
  }
};
