import { spawn } from 'node:child_process';
import path from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Emulator } from './emulator.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { pythonDir } from './python.ts';

export interface DeployOptions {
  readonly stage?: string;
  /** Variables on top of those that lead to the emulator. */
  readonly env?: Readonly<Record<string, string>>;
  /** More of the command line of `deploy`: `['--param', 'a=b']`. */
  readonly args?: readonly string[];
}

export interface Deployment {
  readonly stack: string;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the framework printed. */
  readonly output: string;
  remove(): Promise<void>;
}

const framework = path.resolve(import.meta.dirname, '../../../node_modules/serverless/bin/serverless.js');

/** `serverless deploy` of a folder, against the emulator. Fails with the end of what was printed. */
export async function deploy(
  emulator: Emulator,
  serviceDir: string,
  options: DeployOptions = {},
): Promise<Deployment> {
  const { stage = 'test', args = [] } = options;
  const where = ['--stage', stage, '--region', emulator.region];
  const output = await serverless(emulator, serviceDir, ['deploy', '--verbose', ...where, ...args], options);
  const stack = stackOf(emulator);
  return {
    stack,
    outputs: await outputsOf(emulator, stack),
    output,
    remove: async () => void (await serverless(emulator, serviceDir, ['remove', ...where], options)),
  };
}

/** Runs the framework's command line against the emulator. */
export function serverless(
  emulator: Emulator,
  serviceDir: string,
  args: readonly string[],
  options: DeployOptions = {},
): Promise<string> {
  return oneAtATime(serviceDir, () => run(emulator, serviceDir, args, options));
}

async function run(
  emulator: Emulator,
  serviceDir: string,
  args: readonly string[],
  { env = {} }: DeployOptions,
): Promise<string> {
  const child = spawn(process.execPath, [framework, ...args], {
    cwd: serviceDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: emulator.workDir,
      TMPDIR: emulator.workDir,
      SLS_AWS_MONITORING_FREQUENCY: '250',
      // Compiling its schema takes two seconds, once.
      SLS_SCHEMA_CACHE_BASE_DIR: pythonDir,
      SLS_NOTIFICATIONS_MODE: 'off',
      ...emulator.env('deploy'),
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return output;
  throw new Error(`serverless ${args.join(' ')} ended with ${code}:\n${output.slice(-6000)}`);
}

/** The stack that the framework asked for last. */
function stackOf({ recorder }: Emulator): string {
  const calls = recorder.calls({ principal: 'deploy', service: 'cloudformation' });
  const stack = calls.at(-1)?.input['StackName'];
  if (typeof stack !== 'string') throw new Error('The deployment asked CloudFormation for no stack.');
  // It may be the stack's ARN: arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID.
  return stack.split('/')[1] ?? stack;
}

async function outputsOf(emulator: Emulator, stack: string): Promise<Record<string, string>> {
  const { cloudFormation } = emulator.clients();
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
