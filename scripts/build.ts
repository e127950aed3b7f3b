// Builds dist/: the command line (cli), the Lambda layer as it will lie in /opt (layer), what runs functions on one
// machine (runtime), the controller's functions (functions), the plugin for the Serverless Framework (serverless), and
// the library for tests (testing). "node scripts/build.ts cli" builds one part alone.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildCli } from './build/cli.ts';
import { buildFunctions } from './build/functions.ts';
import { licenceTexts } from './build/licences.ts';
import { buildPlugin } from './build/plugin.ts';
import { buildTesting } from './build/testing.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Builds a part into a folder; says which source files went into it, where foreign code may be among them. */
const parts: Readonly<Record<string, (outDir: string) => Promise<readonly string[]>>> = {
  cli: async (outDir) => Object.keys((await buildCli(root, outDir)).inputs),
  layer: async (outDir) => {
    const { buildLayer } = await import('./build-layer.ts');
    await buildLayer(outDir);
    // The dependency rule keeps foreign code out.
    return [];
  },
  runtime: async (outDir) => {
    const { buildRuntime } = await import('./build-runtime.ts');
    for (const note of await buildRuntime(outDir)) console.warn(note);
    // Foreign code lies there as a package of its own, with its licence.
    return [];
  },
  functions: async (outDir) => {
    const built = await buildFunctions(root, outDir);
    return [...built.values()].flatMap(({ inputs }) => Object.keys(inputs));
  },
  serverless: async (outDir) => {
    await buildPlugin(root, outDir);
    // The dependency rule keeps foreign code out.
    return [];
  },
  testing: async (outDir) => {
    await buildTesting(root, outDir);
    // The dependency rule keeps foreign code out.
    return [];
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(', ')}. The parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const inputs: string[] = [];
const failures: string[] = [];
for (const [name, build] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = process.hrtime.bigint();
  try {
    inputs.push(...(await build(join(dist, name))));
    console.log(`dist/${name}: ${Number((process.hrtime.bigint() - start) / 1_000_000n)} ms`);
  } catch (error) {
    failures.push(name);
    console.error(`dist/${name} could not be built:`, error);
  }
}
if (failures.length > 0) process.exit(1);
if (wanted.length === 0) writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licenceTexts(root, inputs));
