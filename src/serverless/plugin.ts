import path from 'node:path';
import { formatPath, listing, type Problem } from '../core/problem.ts';
import { attachmentOf, wrapper } from './attach.ts';
import type { AwsProvider, Framework, Options, Resource, Utilities } from './framework.ts';
import { layerConfig, layerKey, skipComparison } from './layer.ts';
import { permissionsFor, policyText, tooLong } from './permissions.ts';
import { customSchema, readSettings, type Settings } from './settings.ts';
import { selectTargets, type Target } from './targets.ts';

interface Selection {
  readonly settings: Settings;
  readonly targets: readonly Target[];
}

/**
 * The plugin `inoculate/serverless`: attaches the layer to the functions that `custom.inoculate.targets` names, and adds
 * nothing to a service that names none.
 */
export default class InoculatePlugin {
  readonly hooks: Readonly<Record<string, () => void>>;
  readonly #serverless: Framework;
  readonly #options: Options;
  readonly #log: Utilities['log'];
  #known: Selection | undefined;

  constructor(serverless: Framework, options: Options, { log }: Utilities) {
    this.#serverless = serverless;
    this.#options = options;
    this.#log = log;
    serverless.configSchemaHandler.defineCustomProperties(customSchema);
    this.hooks = {
      // Mistakes are told before anything is bundled.
      'before:package:initialize': () => this.#check(),
      'before:package:createDeploymentArtifacts': () => this.#shipLayer(),
      'before:package:compileLayers': () => this.#stayOffline(),
      // Before functions are compiled, since their versions depend on their configuration; after what other plugins add.
      'before:package:compileFunctions': () => this.#attachAll(),
      // The roles of `resources`, and those that other plugins make, are in the template by then.
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#permit(),
      'before:deploy:function:deploy': () => this.#keepAttached(),
    };
  }

  #select(): Selection {
    if (this.#known !== undefined) return this.#known;
    const { service } = this.#serverless;
    if (service.provider.name !== 'aws') this.#fail('It works with the provider aws only.');
    const settings = readSettings(service.custom, this.#aws.getStage());
    if ('problems' in settings) return this.#refuse(settings.problems);
    const targets = selectTargets(settings.targets, service, ({ runtime }) => this.#aws.getRuntime(runtime));
    if ('problems' in targets) return this.#refuse(targets.problems);
    this.#known = { settings, targets };
    return this.#known;
  }

  #check(): void {
    const { settings, targets } = this.#select();
    if (settings.targets === undefined) {
      this.#log.notice('Inoculate is attached to no function: custom.inoculate.targets names none.');
    }
    if (targets.length === 0 || settings.layerArn !== undefined) return;
    if (this.#serverless.service.layers?.[layerKey] === undefined) return;
    this.#fail(
      `layers.${layerKey}: This name is taken by the layer of Inoculate itself; expected another name`,
    );
  }

  #shipLayer(): void {
    const { settings, targets } = this.#select();
    if (targets.length === 0 || settings.layerArn !== undefined) return;
    const { service, serviceDir } = this.#serverless;
    const own = layerConfig(layerDir, serviceDir, this.#aws.naming.getStackName());
    service.layers = { ...service.layers, [layerKey]: own };
  }

  #stayOffline(): void {
    const { targets } = this.#select();
    const { processedInput, pluginManager } = this.#serverless;
    if (targets.length > 0 && processedInput?.commands[0] === 'package')
      skipComparison(pluginManager.plugins);
  }

  #attachAll(): void {
    const { targets, settings } = this.#select();
    this.#attach(targets);
    if (targets.length === 0) return;
    const names = listing(
      targets.map(({ key }) => key),
      'and',
    );
    this.#log.info(`Inoculate is attached to ${names}, with doses from the table ${settings.table}.`);
  }

  #attach(targets: readonly Target[]): void {
    const { settings } = this.#select();
    const layer = settings.layerArn ?? { Ref: this.#aws.naming.getLambdaLayerLogicalId(layerKey) };
    const { provider } = this.#serverless.service;
    const problems: Problem[] = [];
    for (const target of targets) {
      const attachment = attachmentOf(target, provider, { layer, table: settings.table });
      if ('problems' in attachment) problems.push(...attachment.problems);
      else Object.assign(target.config, attachment);
    }
    if (problems.length > 0) this.#refuse(problems);
  }

  #permit(): void {
    const { settings, targets } = this.#select();
    if (targets.length === 0) return;
    const resources = this.#resources();
    const compiled = targets.map(({ key, config }) => ({
      logicalId: this.#aws.naming.getLambdaLogicalId(key),
      name: config.name,
    }));
    const { policies, foreign, missing } = permissionsFor(compiled, resources, settings.table);
    if (missing.length > 0) {
      this.#fail(
        `The template has no ${listing(missing, 'and')} any more. Name inoculate/serverless before plugins that move resources into other stacks.`,
      );
    }
    Object.assign(resources, policies);
    for (const role of tooLong(policies, resources)) {
      this.#log.warning(
        `The inline policies of the role ${role} have more characters than IAM is likely to take (10,240). Give functions roles of their own, or name fewer of them in custom.inoculate.targets.`,
      );
    }
    for (const one of foreign) {
      this.#log.warning(
        `The role of ${listing(one.names, 'and')} is not part of this service (${JSON.stringify(one.role)}): until its owner adds this policy, no fault will reach the function.\n${policyText(one, this.#aws.getRegion())}`,
      );
    }
  }

  /** `deploy function` replaces the variables, and no layer: it must neither detach, nor name a wrapper that is not there. */
  #keepAttached(): void {
    const { targets } = this.#select();
    const target = targets.find(({ key }) => key === this.#options.function);
    if (target === undefined) return;
    const deployed =
      this.#serverless.service.provider.remoteFunctionData?.Configuration?.Environment?.Variables;
    if (deployed?.['AWS_LAMBDA_EXEC_WRAPPER'] === wrapper) this.#attach([target]);
    else this.#log.warning(`Inoculate will be attached to "${target.key}" by the next "serverless deploy".`);
  }

  #resources(): Record<string, Resource> {
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    return template?.Resources ?? this.#fail('There is no compiled template.');
  }

  get #aws(): AwsProvider {
    return this.#serverless.getProvider('aws');
  }

  #refuse(problems: readonly Problem[]): never {
    const lines = problems.map(
      ({ path: at, message, expected }) => `${formatPath(at)}: ${message}; expected ${expected}`,
    );
    return this.#fail(lines.join('\n  '));
  }

  #fail(message: string): never {
    throw new this.#serverless.classes.Error(`Inoculate cannot be attached.\n  ${message}`, 'INOCULATE');
  }
}

/** Beside this file as built. */
const layerDir = path.resolve(import.meta.dirname, '../layer');
