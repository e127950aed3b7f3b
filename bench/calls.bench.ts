import { createServer, Agent, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { InFunctionFault } from '../src/generated/types.ts';
import type { Handler } from '../src/layer/load-handler.ts';
import { activeDose, TARGET } from './active-dose.ts';
import { failureLambda, NAME } from './failure-lambda.ts';
import { median } from './timing.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

const CALLS_PER_BATCH = 25;
const BATCHES = 60;
const target = TARGET;

type Call = () => Promise<unknown>;

/** What interception adds to an outbound call that no fault means, made by an invocation of the experimental group. */
const benchmark: Benchmark = {
  title: 'An outbound call with interception on, not matching, on loopback',
  async run() {
    const server = createServer((message, response) => {
      message
        .resume()
        .on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      return await overWays(server);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  },
};
export default benchmark;

async function overWays(server: Server): Promise<Measurement[]> {
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const get = new GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } });
  const ways: Record<string, Call> = {
    'node:http': () => viaHttp(port, agent),
    fetch: async () => (await fetch(`http://127.0.0.1:${port}/`)).text(),
    'the AWS SDK': () => client.send(get),
  };
  const measured: Measurement[] = [];
  for (const [way, call] of Object.entries(ways)) measured.push(...(await ofWay(way, call)));
  agent.destroy();
  client.destroy();
  return measured;
}

async function ofWay(way: string, call: Call): Promise<Measurement[]> {
  const samples = { bare: [] as number[], ours: [] as number[], theirs: [] as number[] };
  const batch = async (into: number[]): Promise<void> => {
    for (let made = 0; made < CALLS_PER_BATCH; made += 1) {
      const startedAt = performance.now();
      await call();
      into.push((performance.now() - startedAt) * 1000);
    }
  };
  const elsewhere: InFunctionFault = {
    kind: 'dependency.error',
    target,
    host: 'elsewhere.example',
    status: 500,
  };
  const theirs = failureLambda()((async () => batch(samples.theirs)) satisfies Handler);
  for (let turn = -5; turn < BATCHES; turn += 1) {
    if (turn === 0) for (const times of Object.values(samples)) times.splice(0); // the first batches warm up
    await batch(samples.bare);
    const dose = await activeDose(elsewhere);
    await dose.inExperimentalGroup(() => batch(samples.ours));
    dose.end();
    await blocking(theirs, true);
    await blocking(theirs, false);
  }
  const bareUs = median(samples.bare);
  const oursUs = median(samples.ours) - bareUs;
  const theirsUs = median(samples.theirs) - bareUs;
  return [
    { name: `a call by ${way}`, value: bareUs, unit: 'µs' },
    { name: 'added by the layer', value: oursUs, unit: 'µs', atMost: 60 },
    { name: `added by ${NAME}, blocking another host`, value: theirsUs, unit: 'µs' },
    { name: 'that, times the layer', value: theirsUs / oursUs, unit: '×' },
  ];
}

/** Runs failure-lambda's handler with its network block on, or lets it take the block away. */
async function blocking(handler: Handler, isEnabled: boolean): Promise<void> {
  const { log } = console;
  const denylist = ['elsewhere\\.example'];
  process.env['FAILURE_INJECTION_PARAM'] = JSON.stringify({
    isEnabled,
    failureMode: 'denylist',
    rate: 1,
    denylist,
  });
  console.log = () => undefined; // it tells of every injection
  try {
    await (isEnabled ? handler({}, {}) : failureLambda()(async () => undefined)({}, {}));
  } finally {
    console.log = log;
  }
}

function viaHttp(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ port, agent, path: '/' }, (response) => response.resume().on('end', resolve));
    call.on('error', reject).end();
  });
}
