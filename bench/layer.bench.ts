import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { attach } from '../src/layer/attach.ts';
import type { Handler } from '../src/layer/load-handler.ts';
import { buildLayer } from '../scripts/build-layer.ts';
import { failureLambda, NAME, NO_SDK } from './failure-lambda.ts';
import { median, microsecondsPerCall } from './timing.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

const STARTS = 15;

const context = {
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  getRemainingTimeInMillis: () => 3000,
};
const bare: Handler = async (event) => event;

/** What the layer costs while no dose is active: per invocation, per process, and with a store that does not answer. */
const benchmark: Benchmark = {
  title: 'The layer, idle',
  async run() {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'bench';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'bench';
    const folder = mkdtempSync(join(tmpdir(), 'inoculate-bench-'));
    try {
      return [...(await perInvocation()), ...(await withBadStores()), ...(await perStart(folder))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
export default benchmark;

async function perInvocation(): Promise<Measurement[]> {
  const ours = await attach(bare, {
    INOCULATE_TABLE: 'functions',
    INOCULATE_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9',
  });
  const handlers = [bare, ours, failureLambda()(bare)];
  const [bareUs = NaN, oursUs = NaN, theirsUs = NaN] = await microsecondsPerCall(handlers, context);
  return [
    { name: 'one invocation of a bare handler', value: bareUs, unit: 'µs' },
    { name: 'added by the layer', value: oursUs - bareUs, unit: 'µs', atMost: 0.5 },
    { name: `added by ${NAME}, its configuration unset`, value: theirsUs - bareUs, unit: 'µs' },
    { name: 'that, times the layer', value: (theirsUs - bareUs) / (oursUs - bareUs), unit: '×' },
  ];
}

/** The store may hang or throttle: while no dose is active nobody waits for it. */
async function withBadStores(): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [mood, respond] of [
    ['hangs', () => undefined],
    ['throttles', (end: (status: number) => void) => end(400)],
  ] as const) {
    const server = createServer((_request, response) => {
      respond((status) => response.writeHead(status).end('{"__type":"x#ThrottlingException"}'));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const ours = await attach(bare, {
      INOCULATE_TABLE: 'functions',
      INOCULATE_DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-west-1',
    });
    const [bareUs = NaN, oursUs = NaN] = await microsecondsPerCall([bare, ours], context);
    measurements.push({
      name: `added while the store ${mood}`,
      value: oursUs - bareUs,
      unit: 'µs',
      atMost: 0.5,
    });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  return measurements;
}

async function perStart(folder: string): Promise<Measurement[]> {
  await buildLayer(join(folder, 'opt'));
  const sdk = join(folder, 'sdk/node_modules/aws-sdk');
  mkdirSync(sdk, { recursive: true });
  writeFileSync(join(sdk, 'index.js'), NO_SDK);
  writeFileSync(join(folder, 'user.mjs'), 'export const handler = async (event) => event;\n');
  const failureLambdaPath = createRequire(import.meta.url).resolve('failure-lambda');
  const programs = {
    bare: `await import(${JSON.stringify(join(folder, 'user.mjs'))});`,
    ours: `process.argv[1] ??= '/'; await import(${JSON.stringify(join(folder, 'opt/inoculate/handler.mjs'))});`,
    theirs: `(await import('node:module')).createRequire('/')(${JSON.stringify(failureLambdaPath)}); await import(${JSON.stringify(join(folder, 'user.mjs'))});`,
  };
  const samples = { bare: [] as number[], ours: [] as number[], theirs: [] as number[] };
  for (let start = 0; start < STARTS; start += 1) {
    for (const name of ['bare', 'ours', 'theirs'] as const)
      samples[name].push(startMs(programs[name], folder));
  }
  const bareMs = median(samples.bare);
  return [
    { name: 'start of a process with a bare handler', value: bareMs, unit: 'ms' },
    { name: 'added by the layer', value: median(samples.ours) - bareMs, unit: 'ms', atMost: 10 },
    { name: `added by ${NAME}, without its SDK`, value: median(samples.theirs) - bareMs, unit: 'ms' },
    {
      name: 'that, times the layer',
      value: (median(samples.theirs) - bareMs) / (median(samples.ours) - bareMs),
      unit: '×',
    },
    ...(await zipped(folder)),
  ];
}

/** Milliseconds from the start of a process until its handler is loaded. */
function startMs(program: string, folder: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `${program} console.log(performance.now());`],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        NODE_PATH: join(folder, 'sdk/node_modules'),
        LAMBDA_TASK_ROOT: folder,
        INOCULATE_HANDLER: 'user.handler',
        INOCULATE_TABLE: 'functions',
        AWS_REGION: 'eu-west-1',
      },
    },
  );
  const ms = Number(stdout);
  if (!(ms > 0)) throw new Error(`a process did not start: ${stderr}`);
  return ms;
}

/** What has to be uploaded: the layer beside failure-lambda with all it needs but its SDK, bundled. */
async function zipped(folder: string): Promise<Measurement[]> {
  const target = join(folder, 'opt/inoculate');
  const ours = readdirSync(target).map((name) => readFileSync(join(target, name)));
  const { outputFiles } = await build({
    entryPoints: [createRequire(import.meta.url).resolve('failure-lambda')],
    bundle: true,
    platform: 'node',
    external: ['aws-sdk', 'encoding'],
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    logLevel: 'warning',
  });
  const kilobytes = (files: readonly Uint8Array[]): number =>
    files.reduce((sum, file) => sum + deflateRawSync(file).length, 0) / 1000;
  const oursKb = kilobytes(ours);
  const theirsKb = kilobytes(outputFiles.map(({ contents }) => contents));
  return [
    { name: 'the layer, zipped', value: oursKb, unit: 'KB', atMost: 250 },
    { name: `${NAME}, bundled without its SDK, zipped`, value: theirsKb, unit: 'KB' },
    { name: 'that, times the layer', value: theirsKb / oursKb, unit: '×' },
  ];
}
