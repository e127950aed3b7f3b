import { createServer, Agent, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { InFunctionFault } from '../src/generated/types.ts';
import type { Handler } from '../src/layer/load-handler.ts';
import { activeDose, TARGET } from './active-dose.ts';
import { failureLambda, NAME } from './failure-lambda.ts';
import { median } from './timing.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

/** In one batch; those before them get used to what has just been put in place or taken away, and do not count. */
const CALLS_PER_BATCH = 150;
const CALLS_BEFORE = 50;
const TURNS = 30;
const TURNS_BEFORE = 3;
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
  const elsewhere: InFunctionFault = {
    kind: 'dependency.error',
    target,
    host: 'elsewhere.example',
    status: 500,
  };
  const wrap = failureLambda();
  const subjects: Record<string, (batch: () => Promise<void>) => Promise<void>> = {
    bare: (batch) => batch(),
    ours: async (batch) => {
      const dose = await activeDose(elsewhere);
      await dose.inExperimentalGroup(batch);
      dose.end();
    },
    theirs: async (batch) => {
      await blocking(wrap(batch), true);
      await blocking(
        wrap(async () => undefined),
        false,
      );
    },
  };
  const names = Object.keys(subjects);
  const turns: Record<string, number>[] = [];
  for (let turn = 0; turn < TURNS_BEFORE + TURNS; turn += 1) {
    const medians: Record<string, number> = {};
    for (const place of names.keys()) {
      // Each comes first as often as the others: what one leaves behind slows down the next.
      const name = names[(place + turn) % names.length] ?? '';
      await subjects[name]?.(async () => {
        medians[name] = await medianOf(call);
      });
    }
    if (turn >= TURNS_BEFORE) turns.push(medians);
  }
  const over = (value: (turn: Record<string, number>) => number): number => median(turns.map(value));
  const added = (name: string): number => over((turn) => (turn[name] ?? NaN) - (turn['bare'] ?? NaN));
  return [
    { name: `a call by ${way}`, value: over((turn) => turn['bare'] ?? NaN), unit: 'µs' },
    { name: 'added by the layer', value: added('ours'), unit: 'µs', atMost: 60 },
    { name: `added by ${NAME}, blocking another host`, value: added('theirs'), unit: 'µs' },
    { name: 'that, times the layer', value: added('theirs') / added('ours'), unit: '×' },
  ];
}

async function medianOf(call: Call): Promise<number> {
  const times: number[] = [];
  for (let made = -CALLS_BEFORE; made < CALLS_PER_BATCH; made += 1) {
    const startedAt = performance.now();
    await call();
    if (made >= 0) times.push((performance.now() - startedAt) * 1000);
  }
  return median(times);
}

/** Runs a handler of failure-lambda, which puts its network block in place first, or takes it away. */
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
    await handler({}, {});
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
