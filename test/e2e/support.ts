import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { FunctionTable } from '../../src/adapters/function-table.ts';
import { wait } from '../../src/adapters/system-clock.ts';
import type { StoredDose } from '../../src/engine/ports.ts';
import { systemClock } from '../../src/local/clock.ts';
import { openDatabase } from '../../src/local/database.ts';
import { functionTableName } from '../../src/local/host.ts';
import type { Report } from '../../src/report/report.ts';

const root = resolve(import.meta.dirname, '../..');
const main = join(root, 'dist/cli/main.mjs');
export const fixtures = resolve(import.meta.dirname, 'fixtures');
export const shop = join(root, 'examples/shop');

/** The options of a run of the small fixture service. */
export function tiny(experiment: string, workload: string): string[] {
  return [
    join(fixtures, `experiments/${experiment}.yml`),
    '--local',
    ...['--service', join(fixtures, 'tiny/serverless.yml')],
    ...['--workload', join(fixtures, `workload-${workload}.yml`)],
  ];
}

interface Process {
  readonly pid: number;
  /** Distinguishes it from a later process of the same number. */
  readonly startedAt: string;
}

/** Command lines in processes of their own, as people and pipelines start them; what they leave is ended and deleted. */
export class Cli {
  readonly #children: ChildProcess[] = [];
  readonly #folders: string[] = [];
  readonly #seen: Process[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'inoculate-e2e-'));
    this.#folders.push(folder);
    return folder;
  }

  start(...args: readonly string[]): Invocation {
    if (!existsSync(main)) throw new Error('dist/ is not built: npm run build');
    const child = spawn(process.execPath, [main, ...args], {
      cwd: this.folder(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return new Invocation(child, (processes) => this.#seen.push(...processes));
  }

  /** Runs a command line to its end. */
  async run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const { pid } of alive(this.#seen)) process.kill(pid, 'SIGKILL');
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One command line that goes on. */
export class Invocation {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #onSeen: (processes: readonly Process[]) => void;
  #out = '';
  #err = '';
  #over = false;

  constructor(child: ChildProcess, onSeen: (processes: readonly Process[]) => void) {
    this.#child = child;
    this.#onSeen = onSeen;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        this.#over = true;
        resolve({ code, out: this.#out, err: this.#err });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once it has written this; rejects where it ends without. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#out + this.#err)) {
      if (this.#over) throw new Error(`It ended without ${pattern}:\n${this.#out}${this.#err}`);
      await wait(20);
    }
  }

  /** Every process that it has started by now, and they in turn. */
  descendants(): readonly Process[] {
    const children = new Map<number, Process[]>();
    for (const { parent, ...found } of allProcesses())
      children.set(parent, [...(children.get(parent) ?? []), found]);
    const found: Process[] = [];
    const visit = (pid: number): void => {
      for (const child of children.get(pid) ?? []) {
        found.push(child);
        visit(child.pid);
      }
    };
    visit(this.#child.pid ?? -1);
    this.#onSeen(found);
    return found;
  }
}

/** Those of these processes that still run. */
export function alive(processes: readonly Process[]): readonly Process[] {
  const now = new Map(allProcesses().map((one) => [one.pid, one.startedAt]));
  return processes.filter(({ pid, startedAt }) => now.get(pid) === startedAt);
}

/** Waits until none of them runs any more, for ten seconds; those that still do are returned. */
export async function gone(processes: readonly Process[]): Promise<readonly Process[]> {
  for (let attempt = 0; attempt < 200 && alive(processes).length > 0; attempt += 1) await wait(50);
  return alive(processes);
}

function allProcesses(): readonly (Process & { readonly parent: number })[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const fields = statOf(name);
    // A zombie has ended; it only waits to be asked how.
    if (fields === undefined || fields[0] === 'Z') return [];
    return [{ pid: Number(name), parent: Number(fields[1]), startedAt: fields[19] ?? '' }];
  });
}

/** The fields from the third on, which follow the program's name in brackets; none where it has just ended. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    // Not "instanceof Error": jest's worlds have an Error of their own.
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** The dose that a run left in its folder for a function, read from the database once no process has it open. */
export async function doseIn(outDir: string, functionName: string): Promise<StoredDose | undefined> {
  const database = await openDatabase(join(outDir, 'state/dynamodb'), systemClock);
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    return await new FunctionTable(new DynamoDbTable(client, functionTableName, wait)).readDose(functionName);
  } finally {
    client.destroy();
    await database.close();
  }
}

/** The machine-readable report in a folder. */
export function reportIn(outDir: string): Report {
  return JSON.parse(readFileSync(join(outDir, 'report.json'), 'utf8')) as Report;
}
