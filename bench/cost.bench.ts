import { engines } from '../test/contract/engines.ts';
import { isRead } from '../test/support/call-count.ts';
import { activeRuns, countedEngine, playRun } from '../test/support/counted-engine.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

/** A tick's own calls; what goes beyond counts for the run. */
const perTick = 6;

/** Calls of AWS, counted over a real table: a run of ten minutes with one fault and one alarm, and one alarm event. */
const benchmark: Benchmark = {
  title: 'Calls of AWS',
  async run() {
    return [...(await ofARun()), ...(await ofAnAlarm(1)), ...(await ofAnAlarm(1_000))];
  },
};
export default benchmark;

async function ofARun(): Promise<readonly Measurement[]> {
  return withEngine(async (counted) => {
    const deliveries = await playRun(counted, 'run-1');
    const ticks = deliveries.filter(({ what }) => what === 'tick');
    // Now and then people are told how it stands: that counts among the rest.
    const steady = ticks
      .filter(({ before, after, calls }) => before === after && !calls.includes('PutEvents'))
      .map(({ calls }) => calls.length);
    const request = deliveries.filter(({ what }) => what === 'request').flatMap(({ calls }) => calls);
    const others = [...request, ...ticks.flatMap(({ calls }) => calls.slice(perTick))];
    const all = [...request, ...ticks.flatMap(({ calls }) => calls)];
    return [
      { name: 'a tick, at most', value: Math.max(...steady), unit: 'calls', atMost: perTick },
      { name: 'a tick, on average', value: mean(steady), unit: 'calls' },
      { name: 'a run of 10 minutes, besides its ticks', value: others.length, unit: 'calls', atMost: 40 },
      { name: 'the same run, ticks and all', value: all.length, unit: 'calls' },
      {
        name: 'of these, what writes or sends',
        value: all.filter((call) => !isRead(call)).length,
        unit: 'calls',
      },
    ];
  });
}

async function ofAnAlarm(runs: number): Promise<readonly Measurement[]> {
  return withEngine(async (counted) => {
    const others = Array.from({ length: runs - 1 }, (_, index) => `other-${index}`);
    await activeRuns(counted, others, 'another alarm');
    await activeRuns(counted, ['run-1'], 'errors');
    counted.count.take();
    await counted.engine.alarm('errors', 'ALARM', counted.time.now);
    const calls = counted.count.take();
    const among = `with ${runs} ${runs === 1 ? 'run' : 'runs'}`;
    return [
      {
        name: `an alarm of one run until its abort is stored, ${among}`,
        value: calls.indexOf('PutItem') + 1,
        unit: 'calls',
        atMost: 3,
      },
      {
        name: `the same, until its fault is reverted and told, ${among}`,
        value: calls.length,
        unit: 'calls',
      },
    ];
  });
}

async function withEngine<T>(
  work: (counted: Awaited<ReturnType<typeof countedEngine>>) => Promise<T>,
): Promise<T> {
  const [dynalite] = engines;
  if (dynalite === undefined) throw new Error('There is no database to count with');
  const database = await dynalite.start();
  try {
    return await work(await countedEngine(database));
  } finally {
    await database.stop();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
