import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clients, createClients } from './clients.ts';
import { type Functions, Functions as DeployedFunctions } from './functions/functions.ts';
import { type InvokeServer, serveInvocations } from './functions/invoke-server.ts';
import { python } from './python.ts';
import { Recorder } from './recorder/recorder.ts';
import type { CallFilter, Rule } from './recorder/rules.ts';

export interface EmulatorOptions {
  /** Keeps the work folder with all logs, and says where it is. */
  readonly keep?: boolean;
}

/** An AWS of its own for one test file. */
export interface Emulator {
  /** Of the recorder, which everyone talks to. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** Where this emulator's files are: `emulator.log`, `logs/FUNCTION.log`. */
  readonly workDir: string;
  readonly recorder: Recorder;
  /** Variables with which a program talks to this AWS, and is recorded as this principal. */
  env(principal: string): Readonly<Record<string, string>>;
  clients(): Clients;
  /** What a function wrote, with the platform's lines. */
  logs(functionName: string): readonly string[];
  /** Ends the function's processes in whatever they are doing. */
  kill(functionName: string): Promise<void>;
  /**
   * Ends the function's processes at a call of theirs: `before` it reaches the service, or `after` that has carried it
   * out and before the answer arrives.
   */
  killWhen(functionName: string, when: 'before' | 'after', call: Omit<CallFilter, 'principal'>): Rule;
  /** Every invocation of the function is throttled until `resume`. */
  pause(functionName: string): void;
  resume(functionName: string): void;
  /** How many invocations of the function were throttled so far. */
  throttled(functionName: string): number;
  /** Runs a scheduled rule now, instead of waiting for its time. */
  fireRule(name: string, bus?: string): Promise<void>;
  /** Runs a schedule of EventBridge Scheduler now; it stays, and runs again at its time. */
  fireSchedule(group: string, name: string): Promise<void>;
  /** When a schedule with a cron expression is due next, after a moment. */
  nextTime(group: string, name: string, after: Date): Promise<Date>;
  /** Where a Function URL answers here: on AWS it is a host of its own. */
  reachable(functionUrl: string): string;
  stop(): Promise<void>;
}

export const region = 'eu-central-1';
export const accountId = '123456789012';

const startLimitMs = 30_000;
const pollMs = 50;

/** Starts the emulator, the sandboxes and the recorder; where one does not start, ends the others. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const workDir = mkdtempSync(path.join(tmpdir(), 'inoculate-aws-'));
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
    if (options.keep === true) console.log(`The emulator's files are in ${workDir}.`);
    else rmSync(workDir, { recursive: true, force: true });
  };
  try {
    return await start(workDir, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  workDir: string,
  closers: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Emulator> {
  const socketPath = path.join(workDir, 'aws.sock');
  const recorder = new Recorder(socketPath);
  await recorder.listen();
  closers.push(() => recorder.close());
  const functions = new DeployedFunctions({
    workDir,
    region,
    endpoint: () => recorder.endpoint,
    credentialsOf: (name) => recorder.credentialsOf(name),
    onLine: (line) => takeMetrics(socketPath, line),
  });
  closers.push(() => functions.stop());
  const invocations = await serveInvocations((request) => functions.invoke(request));
  closers.push(() => invocations.close());
  const ministack = launch(workDir, socketPath, recorder.port, invocations);
  closers.push(() => ended(ministack));
  await healthy(ministack, socketPath, workDir);
  return emulatorOf(workDir, socketPath, recorder, functions, stop);
}

function emulatorOf(
  workDir: string,
  socketPath: string,
  recorder: Recorder,
  functions: Functions,
  stop: () => Promise<void>,
): Emulator {
  const { endpoint } = recorder;
  return {
    endpoint,
    region,
    accountId,
    workDir,
    recorder,
    env: (principal) => {
      const { accessKeyId, secretAccessKey } = recorder.credentialsOf(principal);
      return {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      };
    },
    clients: () => createClients({ endpoint, region, credentials: recorder.credentialsOf('test') }),
    logs: (name) => functions.logs(name),
    kill: (name) => functions.kill(name),
    killWhen: (name, when, call) =>
      recorder.rule({
        ...call,
        principal: name,
        do: { kind: when === 'before' ? 'instead' : 'after', run: () => functions.kill(name) },
      }),
    pause: (name) => functions.pause(name),
    resume: (name) => functions.resume(name),
    throttled: (name) => functions.throttled(name),
    fireRule: async (name, bus = 'default') => void (await ask(socketPath, 'fire-rule', bus, name)),
    fireSchedule: async (group, name) => void (await ask(socketPath, 'fire-schedule', group, name)),
    nextTime: async (group, name, after) => {
      const { at } = await ask(
        socketPath,
        'next-time',
        group,
        name,
        String(Math.floor(after.getTime() / 1000)),
      );
      return new Date(String(at));
    },
    reachable: (functionUrl) => {
      const { hostname, pathname } = new URL(functionUrl);
      return `${endpoint}/_aws/lambda-url/${hostname.split('.')[0]}${pathname}`;
    },
    stop,
  };
}

/** In a process group of its own, with a standard input that this process holds: it ends when that closes. */
function launch(workDir: string, socketPath: string, port: number, { url }: InvokeServer): ChildProcess {
  const stateDir = path.join(workDir, 'state');
  mkdirSync(stateDir);
  const log = openSync(path.join(workDir, 'emulator.log'), 'a');
  const program = path.join(import.meta.dirname, 'launch_ministack.py');
  const child = spawn(python, [program, socketPath, workDir, url], {
    detached: true,
    stdio: ['pipe', log, log],
    env: {
      PATH: process.env['PATH'],
      TMPDIR: stateDir,
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: accountId,
      MINISTACK_REGION: region,
      PERSIST_STATE: '0',
      STATE_DIR: stateDir,
      LAMBDA_STATE_TRANSITION_SECONDS: '0.2',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      LOG_LEVEL: 'INFO',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  closeSync(log);
  return child;
}

async function healthy(child: ChildProcess, socketPath: string, workDir: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < startLimitMs; waitedMs += pollMs) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await answers(socketPath)) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  const log = readFileSync(path.join(workDir, 'emulator.log'), 'utf8');
  throw new Error(`The emulator did not start:\n${log.slice(-4000)}`);
}

/** CloudWatch Logs makes metrics of lines in the embedded metric format. */
function takeMetrics(socketPath: string, line: string): void {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return;
  ask(socketPath, 'embedded-metrics', line).catch((error: unknown) => {
    console.error(`No metrics were made of ${line}: ${String(error)}`);
  });
}

/** One of launch_ministack.py's own requests. */
async function ask(socketPath: string, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const path = `/_inoculate/${words.map(encodeURIComponent).join('/')}`;
  const { status, text } = await new Promise<{ status: number | undefined; text: string }>(
    (resolve, reject) => {
      const request = http.get({ socketPath, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      request.on('error', reject);
    },
  );
  if (status !== 200) throw new Error(`The emulator answered ${status} to ${path}: ${text}`);
  const value: unknown = JSON.parse(text);
  return { ...(value as object) };
}

async function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ministack/health', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await exited;
}
