import http from 'node:http';
import fc from 'fast-check';
import { withFaults, wrap, type Journal, type TestFault } from '../../../src/testing/index.ts';
import { type LocalServer, startDependency } from '../../layer/support/server.ts';

let dependency: LocalServer;
beforeEach(async () => {
  dependency = await startDependency();
});
afterEach(() => dependency.stop());

function get(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(dependency.url + path, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject);
  });
}

async function inTurn(paths: readonly string[]): Promise<number[]> {
  const answers: number[] = [];
  for (const path of paths) answers.push(await get(path));
  return answers;
}

const half: TestFault = { kind: 'dependency.error', host: '127.0.0.1', status: 503, rate: '50%' };
const saved = (journal: Journal): Record<string, unknown> =>
  JSON.parse(JSON.stringify(journal)) as Record<string, unknown>;

describe('a seed', () => {
  it('gives the same draws for the same sequence of calls, and another one others', async () => {
    const paths = Array.from({ length: 16 }, (_, index) => `/${index % 4}`);
    const property = fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40 }), async (seed) => {
      const first = await withFaults({ faults: [half], seed }, () => inTurn(paths));
      const second = await withFaults({ faults: [half], seed }, () => inTurn(paths));
      expect(second).toEqual(first);
      const other = await withFaults({ faults: [half], seed: seed === 'x' ? 'y' : 'x' }, () => inTurn(paths));
      expect(drawsOf(other.journal)).not.toEqual(drawsOf(first.journal));
    });
    await fc.assert(property, { numRuns: 10 });
  });

  it('is chosen where none is given, and repeats what it made', async () => {
    const chosen = await withFaults({ faults: [half] }, () => inTurn(['/a', '/b', '/c']));
    const { seed } = chosen.journal;
    if (seed === null) throw new Error('no seed was chosen');
    expect(await withFaults({ faults: [half], seed }, () => inTurn(['/a', '/b', '/c']))).toEqual(chosen);
  });
});

function drawsOf({ injected, skipped }: Journal): unknown {
  return [...injected, ...skipped].map(({ draws }) => draws['rate']).sort();
}

describe('a journal', () => {
  it('has every call that a fault addresses, once, as injected or as skipped with the reason', async () => {
    const faults: TestFault[] = [
      { kind: 'dependency.latency', host: '127.0.0.1', delay: { min: '1ms', max: '4ms' }, rate: '50%' },
      half,
      { kind: 'dependency.error', host: '127.0.0.1', status: 500 },
    ];
    const { result, journal } = await withFaults({ faults, seed: 7 }, () =>
      inTurn(Array.from({ length: 20 }, () => '/')),
    );
    const of = (fault: string, list: readonly { readonly fault: string }[]): number =>
      list.filter((entry) => entry.fault === fault).length;
    for (const id of ['f1', 'f2', 'f3']) expect(of(id, journal.injected) + of(id, journal.skipped)).toBe(20);
    expect(of('f2', journal.injected)).toBe(result.filter((status) => status === 503).length);
    expect(of('f3', journal.injected)).toBe(result.filter((status) => status === 500).length);
    const reasons = (id: string): Set<string> =>
      new Set(journal.skipped.filter(({ fault }) => fault === id).map(({ reason }) => reason));
    expect([reasons('f1'), reasons('f2'), reasons('f3')]).toEqual([
      new Set(['rate']),
      new Set(['rate']),
      new Set(['decided']),
    ]);
    for (const { delayMs } of journal.injected.filter(({ fault }) => fault === 'f1'))
      expect(delayMs).toBeGreaterThanOrEqual(1);
  });

  it('says that a budget was used up, over all invocations of a handler', async () => {
    const handler = wrap(() => get('/'), { faults: [{ ...half, rate: '100%', budget: 2 }] });
    expect([await handler(), await handler(), await handler()]).toEqual([503, 503, 200]);
    expect(handler.journal.injected.map(({ invocation }) => invocation)).toEqual([1, 2]);
    expect(handler.journal.skipped).toMatchObject([{ invocation: 3, reason: 'budget' }]);
  });

  it('has a handler’s event that met the conditions of a fault, and no other', async () => {
    const faults: TestFault[] = [{ kind: 'invocation.error', match: [{ path: 'tier', equals: 'gold' }] }];
    const handler = wrap((event: { tier: string }) => event.tier, { faults });
    expect(await handler({ tier: 'silver' })).toBe('silver');
    await expect(handler({ tier: 'gold' })).rejects.toThrow();
    expect(handler.journal.injected).toMatchObject([{ invocation: 2, at: 'before' }]);
    expect(handler.journal.skipped).toEqual([]);
  });
});

describe('a replay', () => {
  it('injects what the journal says call by call, in whichever order different calls come', async () => {
    const faults: TestFault[] = [
      half,
      { kind: 'dependency.latency', host: '127.0.0.1', delay: { min: '1ms', max: '3ms' } },
    ];
    const perPath = async (order: readonly string[]): Promise<Record<string, number[]>> => {
      const seen: Record<string, number[]> = {};
      for (const path of order) (seen[path] ??= []).push(await get(path));
      return seen;
    };
    const calls = fc.array(fc.constantFrom('/a', '/b', '/c'), { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(
      calls,
      fc.integer(),
      fc.infiniteStream(fc.nat()),
      async (order, seed, chance) => {
        const first = await withFaults({ faults, seed }, () => perPath(order));
        const keyed = order.map((path) => ({ path, place: chance.next().value ?? 0 }));
        const shuffled = keyed.sort((a, b) => a.place - b.place).map(({ path }) => path);
        const again = await withFaults({ replay: saved(first.journal) }, () => perPath(shuffled));
        expect(again.result).toEqual(first.result);
        expect(again.journal.differences).toEqual([]);
        const delays = (journal: Journal): unknown => journal.injected.map(({ delayMs }) => delayMs).sort();
        expect(delays(again.journal)).toEqual(delays(first.journal));
      },
    );
    await fc.assert(property, { numRuns: 15 });
  });

  it('says which calls came that the journal does not have, and which it has that did not come', async () => {
    const { journal } = await withFaults({ faults: [half], seed: 1 }, () => inTurn(['/a', '/a', '/b']));
    const other = withFaults({ replay: journal }, () => inTurn(['/a', '/c']));
    await expect(other).rejects.toMatchObject({
      name: 'DifferentCalls',
      differences: [
        'GET 127.0.0.1/c is not in the journal (f1, dependency.error)',
        expect.stringMatching(/^GET 127\.0\.0\.1\/(a \(number 2\)|b) did not happen/),
        expect.stringMatching(/^GET 127\.0\.0\.1\/(a \(number 2\)|b) did not happen/),
      ],
    });
    const reported = await withFaults({ replay: journal, differences: 'report' }, () => inTurn(['/a', '/c']));
    expect(reported.journal.differences).toHaveLength(3);
    expect(reported.result[1]).toBe(200);
  });

  it('repeats every invocation of a handler', async () => {
    const faults: TestFault[] = [
      { kind: 'invocation.error', name: 'Lost', when: 'after', rate: '50%' },
      half,
    ];
    const work = async (handler: () => Promise<unknown>): Promise<unknown[]> => {
      const answers: unknown[] = [];
      for (let turn = 0; turn < 12; turn += 1)
        answers.push(await handler().catch((error: unknown) => (error as Error).name));
      return answers;
    };
    const first = wrap(() => get('/'), { faults, seed: 5 });
    const answers = await work(first);
    expect(new Set(answers)).toEqual(new Set([200, 503, 'Lost']));
    expect(await work(wrap(() => get('/'), { replay: saved(first.journal) }))).toEqual(answers);
  });
});
