import { existsSync } from 'node:fs';
import path from 'node:path';
import { lambdaRuntimes } from '../core/lambda-runtimes.ts';
import type { MaybeLayerCompiler } from './framework.ts';

/** The layer's name among the layers of serverless.yml. */
export const layerKey = 'inoculate';

/** `layers.inoculate` as if it stood in serverless.yml. */
export interface LayerConfig {
  /** Relative to the service: the framework takes no other. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly licenseInfo: string;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly string[];
  /** The framework puts the archive's path here. */
  readonly package: { readonly patterns: readonly string[] };
}

/** The layer of this package, for a stack that ships it itself. */
export function layerConfig(layerDir: string, serviceDir: string, stackName: string): LayerConfig {
  if (!existsSync(path.join(layerDir, 'inoculate/wrapper'))) {
    throw new Error(
      `Inoculate is incomplete: there is no layer in ${layerDir}. Install it again, or build it.`,
    );
  }
  return {
    path: path.relative(serviceDir, layerDir),
    name: `${stackName}-inoculate`,
    description: 'Inoculate: faults and measurements for experiments, nothing while none is running',
    licenseInfo: 'Apache-2.0',
    compatibleRuntimes: lambdaRuntimes,
    compatibleArchitectures: ['x86_64', 'arm64'],
    // The service's own patterns are for its code; without all of its files the layer would stop every target.
    // Not "**": Serverless 3 forgets a pattern that is there twice, and begins with that one.
    package: { patterns: ['inoculate/**'] },
  };
}

/**
 * Lets a package be made without AWS: the framework would ask for the last version of the layer, so as not to upload it
 * again. A framework without that question asks nothing.
 */
export function skipComparison(plugins: readonly MaybeLayerCompiler[]): void {
  for (const compiler of plugins) {
    const original = compiler.compareWithLastLayer?.bind(compiler);
    if (original === undefined) continue;
    compiler.compareWithLastLayer = async (layer) => (layer === layerKey ? undefined : original(layer));
  }
}
