// Writes docs/COST.md: what a run costs on AWS, by counting the calls of a real run and AWS's list prices.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from 'prettier';
import { engines, type RunningDatabase } from '../test/contract/engines.ts';
import { callsOfTelling } from '../test/support/counted-notifier.ts';
import { countedEngine, type Delivery, playRun } from '../test/support/counted-engine.ts';

const page = join(resolve(import.meta.dirname, '..'), 'docs/COST.md');
const million = 1_000_000;

/** List prices in dollars of us-east-1, November 2026; where a page of AWS names two, the higher. */
const prices = {
  write: 1.25 / million,
  read: 0.25 / million,
  sqs: 0.4 / million,
  event: 1 / million,
  schedule: 1 / million,
  alarmRead: 0.01 / 1_000,
  sns: 0.5 / million,
  invocation: 0.2 / million,
  gbSecond: 0.0000133334,
  fisActionMinute: 0.1,
} as const;

/** Measured on the deployed functions with some to spare: a tick is mostly waiting for the network. */
const invocationSeconds = 0.15;
const memoryGb = 0.5;
/** Items of a run are below this: its state with its outbox, in kilobytes. */
const stateKb = 8;
/** Settings, kill switch, game days, sessions, schedules: what the planner looks at each minute. */
const plannerReads = 7;
/** Mail, and what is remembered of a thread. */
const mailKb = 2;

interface Line {
  readonly what: string;
  readonly count: number;
  readonly dollars: number;
}

const minutes = 10;

const writes = ['PutItem', 'UpdateItem', 'BatchWriteItem'];
const reads = ['GetItem', 'BatchGetItem', 'Query'];

function countOf(calls: readonly string[], names: readonly string[]): number {
  return calls.filter((call) => names.includes(call)).length;
}

/** The page as it should be: of the calls that a run makes now. */
export async function costPage(): Promise<string> {
  const { deliveries, telling } = await counted();
  const calls = deliveries.flatMap((delivery) => delivery.calls);
  const of = (...names: readonly string[]): number => countOf(calls, names);
  const line = (what: string, count: number, each: number): Line => ({ what, count, dollars: count * each });

  // Lambda polls the queue for us: a message is sent, received and deleted.
  const lines: readonly Line[] = [
    line('writes of items (each up to 8 KB)', of(...writes), stateKb * prices.write),
    line('reads of items (each up to 8 KB)', of(...reads), (stateKb / 4) * prices.read),
    line('requests to the queue of ticks', 3 * of('SendMessage'), prices.sqs),
    line(
      'events on the bus, each told to one channel',
      of('PutEvents'),
      prices.event + 3 * prices.sqs + prices.sns,
    ),
    line('looks at alarms', of('DescribeAlarms'), prices.alarmRead),
    line(
      'writes of items for messages (each up to 2 KB)',
      countOf(telling, [...writes, 'DeleteItem']),
      mailKb * prices.write,
    ),
    // And the settings, for the links.
    line(
      'reads of items for messages (each up to 8 KB)',
      countOf(telling, reads) + of('PutEvents'),
      (stateKb / 4) * prices.read,
    ),
    line('schedules', of('CreateSchedule'), prices.schedule),
    line(
      'invocations of the controller',
      deliveries.length + of('PutEvents'),
      prices.invocation + invocationSeconds * memoryGb * prices.gbSecond,
    ),
  ];
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  return format(pageOf(lines, total), { parser: 'markdown', printWidth: 110 });
}

function pageOf(lines: readonly Line[], total: number): string {
  const fis = minutes * prices.fisActionMinute;
  const alarms = lines[4]?.dollars ?? 0;
  const invocation = prices.invocation + invocationSeconds * memoryGb * prices.gbSecond;
  const idleMinute = 3 * invocation + (1 + 1 + plannerReads) * prices.read;
  return `# What a run costs

A run of ${minutes} minutes with one in-function fault, one alarm and looks every 5 seconds at first and every 30 seconds in the end, in AWS's list prices of us-east-1. \`node scripts/cost.ts\` counts the calls of such a run over a real table, and writes this page; \`npm run bench -- cost\` shows the counts alone.

| what | how many | $ |
| --- | ---: | ---: |
${lines.map(({ what, count, dollars }) => `| ${what} | ${count} | ${dollars.toFixed(6)} |`).join('\n')}
| **together** | | **${total.toFixed(4)}** |
| AWS FIS, one action for ${minutes} minutes | ${minutes} action-minutes | ${fis.toFixed(4)} |

That is ${Math.round(fis / total)} times less than AWS FIS asks for one action of the same length, at $${prices.fisActionMinute.toFixed(2)} for each action-minute. The looks at alarms are ${Math.round((alarms / total) * 100)} % of it.

- A tick makes at most 6 calls: it reads the run with the kill switch, the telemetry of each target, and the alarms; it stores the run, and sends the next tick; now and then it writes the journal. The rest of a run, its beginning, its end and what people are told in between, makes at most 40 calls. Both are tested (\`test/cost\`).
- An alarm costs the runs that watch it one query, and each of them one read and one conditional write until its abort is stored, however many other runs there are.
- A run is looked at every \`tickSeconds\` (5) at first, and more rarely the longer it lasts, every 30 seconds at most: harm that shows late shows slowly. Alarms do not wait for looks.
- While nothing runs, the sweep and the function for messages each read one item a minute, and the planner makes ${plannerReads} reads, one of them of the registered game days: ${(43_200 * idleMinute).toFixed(2)} $ a month. The alarms on the controller itself are standard CloudWatch alarms.
- In a target function the layer reads its dose once a second and sandbox while invocations arrive, and writes its counters once a tick while a dose is active.

Not counted: the free tiers, log lines, and storage. Prices differ by Region, and change.
`;
}

async function counted(): Promise<{
  readonly deliveries: readonly Delivery[];
  readonly telling: readonly string[];
}> {
  const deliveries = await inDatabase(async (database) => playRun(await countedEngine(database), 'run-1'));
  const calls = deliveries.flatMap((delivery) => delivery.calls);
  const telling = await inDatabase((database) => callsOfTelling(database, countOf(calls, ['PutEvents'])));
  return { deliveries, telling };
}

async function inDatabase<T>(work: (database: RunningDatabase) => Promise<T>): Promise<T> {
  const [dynalite] = engines;
  if (dynalite === undefined) throw new Error('There is no database to count with');
  const database = await dynalite.start();
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}

if (import.meta.main) {
  writeFileSync(page, await costPage());
  console.log(`${page} is written`);
}
