import { engines, type RunningDatabase } from '../contract/engines.ts';
import { byKind, isRead } from '../support/call-count.ts';
import {
  activeRuns,
  type CountedEngine,
  countedEngine,
  type Delivery,
  playRun,
} from '../support/counted-engine.ts';

/** What a tick may cost; a run's beginning and end may take more, which counts below. */
const perTick = 6;
/** For everything of a run but its ticks. */
const perRun = 40;

let database: RunningDatabase;
let counted: CountedEngine;

beforeEach(async () => {
  const [dynalite] = engines;
  if (dynalite === undefined) throw new Error('There is no database to test with');
  database = await dynalite.start();
  counted = await countedEngine(database);
});
afterEach(() => database.stop());

const callsOf = (deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.flatMap(({ calls }) => calls);

describe('a run of ten minutes with one fault and one alarm', () => {
  it('costs at most 6 calls a tick, and 40 besides', async () => {
    const deliveries = await playRun(counted, 'run-1');
    const phases = new Set(deliveries.map(({ after }) => after));
    expect([...phases]).toEqual(['announced', 'observing', 'reverting', 'recovering', 'ended']);
    const ticks = deliveries.filter(({ what }) => what === 'tick');
    // Now and then people are told how it stands: that counts among the rest.
    const steady = ticks.filter(
      ({ before, after, calls }) => before === after && !calls.includes('PutEvents'),
    );
    // Looks from every five to every thirty seconds: far more than none, and far fewer than one each tick.
    expect(steady.length).toBeGreaterThan(35);
    expect(steady.length).toBeLessThan(60);
    for (const { calls } of steady) expect(calls.length).toBeLessThanOrEqual(perTick);
    const others = [
      ...callsOf(deliveries.filter(({ what }) => what === 'request')),
      ...ticks.flatMap(({ calls }) => calls.slice(perTick)),
    ];
    process.stdout.write(
      `a steady tick: ${JSON.stringify(byKind(callsOf(steady)))} in ${steady.length} ticks\n` +
        `besides ticks of ${perTick} calls: ${others.length} calls, ${others.filter((call) => !isRead(call)).length} of them no reads\n`,
    );
    expect(others.length).toBeLessThanOrEqual(perRun);
  });

  it('costs its sweeps one read, with whatever else is active', async () => {
    const deliveries = await playRun(counted, 'run-1');
    const sweeps = deliveries.filter(({ what, after }) => what === 'sweep' && after === 'observing');
    expect(sweeps.length).toBeGreaterThan(8);
    for (const { calls } of sweeps) expect(calls).toEqual(['Query', 'BatchGetItem']);
  });
});

describe('an alarm', () => {
  it('that concerns one run costs the same calls among a thousand runs as with one', async () => {
    const costs: (readonly string[])[] = [];
    await activeRuns(counted, ['affected'], 'errors');
    for (const others of [0, 999]) {
      const names = Array.from({ length: others }, (_, index) => `other-${index}`);
      await activeRuns(counted, names, 'an alarm of their own');
      const concerned = `affected-${others}`;
      await activeRuns(counted, [concerned], `errors-${others}`);
      counted.count.take();
      await counted.engine.alarm(`errors-${others}`, 'ALARM', counted.time.now);
      costs.push(counted.count.take());
      expect((await counted.store.loadRun(concerned))?.run.abort).toMatchObject({ code: 'alarm' });
    }
    expect(costs[1]).toEqual(costs[0]);
    // From the event to the abort that is durable: who watches it, and one load and one save of each.
    expect(costs[0]?.slice(0, 3)).toEqual(['Query', 'BatchGetItem', 'PutItem']);
  }, 60_000);
});
