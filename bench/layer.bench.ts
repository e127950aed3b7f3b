import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire, registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attach } from '../src/layer/attach.ts';
import type { Handler } from '../src/layer/load-handler.ts';
import { buildLayer } from '../scripts/build-layer.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

const CALLS_PER_BATCH = 20_000;
const BATCHES = 50;
const STARTS = 15;

/** failure-lambda wants the AWS SDK v2, which the runtime used to bring. An empty one is in its favour. */
const NO_SDK = 'exports.SSM = class {};';

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
  const [bareUs, oursUs, theirsUs] = await microsecondsPerCall([bare, ours, failureLambda()(bare)]);
  return [
    { name: 'one invocation of a bare handler', value: bareUs, unit: 'µs' },
    { name: 'added by the layer', value: oursUs - bareUs, unit: 'µs', atMost: 0.5 },
    { name: 'added by failure-lambda 0.4.4, its configuration unset', value: theirsUs - bareUs, unit: 'µs' },
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
    const [bareUs, oursUs] = await microsecondsPerCall([bare, ours, bare]);
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

/** Medians over alternating batches, so that a busy moment of the machine meets all alike. */
async function microsecondsPerCall(
  handlers: readonly [Handler, Handler, Handler],
): Promise<[number, number, number]> {
  const samples: [number[], number[], number[]] = [[], [], []];
  for (let batch = -5; batch < BATCHES; batch += 1) {
    for (const [index, handler] of handlers.entries()) {
      const startedAt = performance.now();
      for (let call = 0; call < CALLS_PER_BATCH; call += 1) await handler(call, context);
      const us = ((performance.now() - startedAt) / CALLS_PER_BATCH) * 1000;
      if (batch >= 0) samples[index]?.push(us); // the first batches warm up
      await new Promise(setImmediate); // and what goes on in the background gets its turn
    }
  }
  return [median(samples[0]), median(samples[1]), median(samples[2])];
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
    {
      name: 'added by failure-lambda 0.4.4, without its SDK',
      value: median(samples.theirs) - bareMs,
      unit: 'ms',
    },
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

function failureLambda(): (handler: Handler) => Handler {
  const hooks = registerHooks({
    resolve: (specifier, resolveContext, next) =>
      specifier === 'aws-sdk'
        ? {
            url: `data:text/javascript,${encodeURIComponent(NO_SDK)}`,
            format: 'commonjs',
            shortCircuit: true,
          }
        : next(specifier, resolveContext),
    load: (url, loadContext, next) =>
      url.startsWith('data:text/javascript,exports')
        ? { format: 'commonjs', source: NO_SDK, shortCircuit: true }
        : next(url, loadContext),
  });
  const wrap: unknown = createRequire(import.meta.url)('failure-lambda');
  hooks.deregister();
  if (typeof wrap !== 'function') throw new Error('failure-lambda does not export a function');
  return (handler) => {
    const wrapped: unknown = Reflect.apply(wrap, undefined, [handler]);
    if (!isHandler(wrapped)) throw new Error('failure-lambda does not return a function');
    return wrapped;
  };
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
