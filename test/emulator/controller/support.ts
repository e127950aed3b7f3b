import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Run } from '../../../src/core/run.ts';
import type { Answer } from '../../../src/controller/requests.ts';
import type { Started } from '../../../src/controller/start.ts';
import type { StoredGuardrails } from '../../../src/generated/types.ts';
import { storedGuardrails } from '../../support/guardrails.ts';
import type { Clients } from '../harness/clients.ts';
import { deploy, type Deployment } from '../harness/deploy.ts';
import { type Emulator, startEmulator } from '../harness/emulator.ts';
import { until } from '../harness/until.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** A Serverless service beside the controller. */
export interface Service {
  readonly dir: string;
  /** More of the command line of `deploy`. */
  readonly args?: readonly string[];
}

/** A few small functions with the layer. */
const fixture: Service = { dir: path.join(root, 'test/emulator/fixtures/target') };

/** The controller and something to experiment on, deployed to an AWS of their own. */
export interface Deployed {
  readonly emulator: Emulator;
  readonly clients: Clients;
  /** Of the controller. */
  readonly deployment: Deployment;
  readonly invoke: (name: string, payload: object) => Promise<unknown>;
  request(message: object): Promise<Answer>;
  start(experiment: string, id?: string): Promise<Started>;
  runOf(id: string): Promise<Run>;
  /** Waits until the run is in one of the phases. */
  reached(id: string, ...phases: readonly Run['phase'][]): Promise<Run>;
}

export interface DeployedOptions {
  /** More of the command line of the controller's `deploy`. */
  readonly args?: readonly string[];
  /** What is experimented on; else the small fixture. */
  readonly target?: Service;
  /** Of the guardrails. Without it runs may be at any time: tests run at night too. */
  readonly guardrails?: Partial<StoredGuardrails>;
}

export async function deployed({
  args: more = [],
  target = fixture,
  guardrails = {},
}: DeployedOptions = {}): Promise<Deployed> {
  const emulator = await startEmulator();
  const clients = emulator.clients();
  const args = ['--param', 'tickSeconds=1', ...more];
  let deployment: Deployment;
  try {
    deployment = await deploy(emulator, root, { args });
    await storeGuardrails(clients, guardrails);
    await deploy(emulator, target.dir, { args: target.args ?? [] });
  } catch (error) {
    await emulator.stop();
    throw error;
  }
  const invoke = async (name: string, payload: object): Promise<unknown> => {
    const { Payload, FunctionError } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }),
    );
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new Error(`${name} failed: ${answer}`);
    return JSON.parse(answer);
  };
  const request = async (message: object): Promise<Answer> =>
    (await invoke('inoculate-test-requests', message)) as Answer;
  const runIfThere = async (id: string): Promise<Run | undefined> => {
    const answer = await request({ inoculate: 'show/1', run: id });
    if (answer.result === 'unknown-run') return undefined;
    if (answer.result !== 'run') throw new Error(`No run ${id}: ${JSON.stringify(answer)}`);
    return answer.run;
  };
  const runOf = async (id: string): Promise<Run> => {
    const run = await runIfThere(id);
    if (run === undefined) throw new Error(`There is no run ${id}`);
    return run;
  };
  let starts = 0;
  return {
    emulator,
    clients,
    deployment,
    invoke,
    request,
    runOf,
    start: async (experiment, id = `request-${(starts += 1)}`) =>
      (await invoke('inoculate-test-start', {
        inoculate: 'start/1',
        experiment,
        id,
        by: 'a test',
        at: new Date().toISOString(),
      })) as Started,
    reached: async (id, ...phases) => {
      // A session names its runs before it starts them: what it says is durable first.
      let run = await runIfThere(id);
      try {
        await until(async () => {
          run = await runIfThere(id);
          return run !== undefined && phases.includes(run.phase);
        }, 90_000);
      } catch (cause) {
        const { phase, phaseSince, tick, units, abort, outbox } = run ?? {};
        const state = JSON.stringify({ phase, phaseSince, tick, units, abort, outbox }, null, 1);
        const logs = emulator.logs('inoculate-test-tick').slice(-20).join('\n');
        throw new Error(`Run ${id} did not reach ${phases.join(', ')}: ${state}\n${logs}`, { cause });
      }
      return run ?? runOf(id);
    },
  };
}

let settingsVersion = 0;

/** Puts guardrails in force, as `inoculate settings FILE` does: open at any time but for the changes. */
export async function storeGuardrails(clients: Clients, changes: Partial<StoredGuardrails>): Promise<void> {
  const guardrails = storedGuardrails({ windows: 'always', ...changes }, 'test');
  settingsVersion += 1;
  await clients.dynamodb.send(
    new PutItemCommand({
      TableName: 'inoculate-test-control',
      Item: {
        pk: { S: 'guardrails' },
        sk: { S: 'current' },
        version: { N: String(settingsVersion) },
        at: { N: String(Date.now()) },
        by: { S: 'a test' },
        file: { S: 'settings.yml' },
        text: { S: '' },
        body: { S: JSON.stringify(guardrails) },
      },
    }),
  );
}

/** Invokes a function until it is stopped. What it answers is the experiment's concern, not the traffic's. */
export function traffic(
  invoke: Deployed['invoke'],
  name: string,
  everyMs = 20,
): { readonly stop: () => Promise<void> } {
  let going = true;
  const underWay = new Set<Promise<unknown>>();
  const loop = async (): Promise<void> => {
    while (going) {
      const one: Promise<void> = Promise.allSettled([invoke(name, {})]).then(() => void underWay.delete(one));
      underWay.add(one);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    await Promise.all(underWay);
  };
  const ended = loop();
  return {
    stop: () => {
      going = false;
      return ended;
    },
  };
}

/** Takes what is posted to it, as Slack's incoming webhooks do. */
export async function webhook(): Promise<{
  readonly url: string;
  readonly posts: readonly string[];
  close(): void;
}> {
  const posts: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      posts.push(body);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T000/B000/secret`,
    posts,
    close: () => void server.close(),
  };
}

/** An experiment as its file has it. */
export function experimentFile(
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    inoculate: 'experiment/1',
    name: 'checkout-slow',
    hypothesis: 'Checkout answers although it is slowed down a little.',
    targets: { checkout: { lambda: 'target-${stage}-checkout' } },
    steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout', atMost: '10%' }],
    faults: [{ kind: 'invocation.latency', target: 'checkout', delay: '20ms' }],
    exposure: '50%',
    duration: '15s',
    ...change,
  };
}

export function submission(experiment: Readonly<Record<string, unknown>>): object {
  return {
    inoculate: 'register/1',
    by: 'a test',
    experiments: [{ file: 'experiment.yml', text: JSON.stringify(experiment), experiment }],
  };
}
