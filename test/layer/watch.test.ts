import type { Clock } from '../../src/layer/clock.ts';
import { ageMs, clockAgrees } from '../../src/layer/freshness.ts';
import { LOOK_EVERY_MS, type Realm } from '../../src/layer/realm.ts';
import type { DoseAnswer, Store } from '../../src/layer/store/store.ts';
import { StoreWatch, type Doses } from '../../src/layer/watch.ts';

class TestClock implements Clock {
  wall = 1_800_000_000_000;
  steady = 5000;
  now = (): number => this.wall;
  monotonic = (): number => this.steady;
  after = (): (() => void) => () => undefined;
  pass(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }
}

interface Reading {
  readonly consistent: boolean;
  answer(present?: boolean): Promise<void>;
  fail(): Promise<void>;
}

/** A watch over a store whose answers the test gives. */
function watching(): {
  clock: TestClock;
  realm: Realm;
  watch: StoreWatch;
  reads: Reading[];
  taken: boolean[];
} {
  const clock = new TestClock();
  const reads: Reading[] = [];
  const taken: boolean[] = [];
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const store: Store = {
    writeTelemetry: () => Promise.resolve(),
    readDose: (consistent) =>
      new Promise<DoseAnswer>((resolve, reject) => {
        const item = { version: 1, epoch: 1, cleared: false, expiresAt: clock.wall + 600_000, body: '{}' };
        reads.push({
          consistent,
          answer: (present = true) => {
            const serverDate = Math.floor(clock.wall / 1000) * 1000;
            resolve({ item: present ? item : undefined, serverDate });
            return settled();
          },
          fail: () => {
            reject(new Error('the store is down'));
            return settled();
          },
        });
      }),
  };
  const realm: Realm = { active: undefined, lookedAt: 0, lookEveryMs: LOOK_EVERY_MS, look: () => undefined };
  const doses: Doses = {
    take: ({ item }) => {
      taken.push(item !== undefined);
      realm.active = item === undefined ? undefined : { invoke: () => undefined };
    },
    stalenessMs: () => (realm.active === undefined ? undefined : 1000),
    report: () => undefined,
  };
  return {
    clock,
    realm,
    watch: new StoreWatch(realm, store, clock, () => Promise.resolve(doses)),
    reads,
    taken,
  };
}

describe('looking for a dose', () => {
  it('F2, F3: asks a failing store less and less often, and a working one once a second again', async () => {
    const { clock, realm, watch, reads } = watching();
    let lookedAt = Number.NEGATIVE_INFINITY;
    for (let ms = 0; ms < 120_000; ms += 100) {
      clock.pass(100);
      // As the wrapped handler does it.
      if (clock.wall - lookedAt < realm.lookEveryMs) continue;
      lookedAt = clock.wall;
      const before = reads.length;
      watch.look();
      await reads[before]?.fail();
    }
    // After 0, 1, 3, 7, 15, 31, 63 and 95 seconds.
    expect(reads).toHaveLength(8);
    watch.look();
    await reads[8]?.answer(false);
    expect(realm.lookEveryMs).toBe(1000);
  });

  it('decides only on a consistent read', async () => {
    const { watch, reads, clock } = watching();
    watch.look();
    await reads[0]?.answer();
    expect([reads[0]?.consistent, watch.freshness()]).toEqual([false, 'stale']);
    clock.pass(300);
    const confirmed = watch.confirm();
    await reads[1]?.answer();
    expect([reads[1]?.consistent, await confirmed]).toEqual([true, 'fresh']);
  });
});

describe('the age of a dose', () => {
  async function active(): Promise<ReturnType<typeof watching>> {
    const parts = watching();
    parts.watch.look();
    await parts.reads[0]?.answer();
    parts.clock.pass(300);
    const confirmed = parts.watch.confirm();
    await parts.reads[1]?.answer();
    await confirmed;
    return parts;
  }

  it('rule 12: counts from the sending of its read, not from the answer', async () => {
    const { clock, watch, reads } = await active();
    clock.pass(600);
    watch.keepFresh();
    clock.pass(900); // the read takes that long
    await reads[2]?.answer();
    expect(watch.freshness()).toBe('fresh');
    clock.pass(101);
    expect(watch.freshness()).toBe('stale');
  });

  it('goes on while a sandbox is frozen and its monotonic clock stands still', async () => {
    const { clock, watch } = await active();
    clock.wall += 60_000;
    expect(watch.freshness()).toBe('stale');
  });

  it('cannot be made younger by a clock that is set back', () => {
    expect(ageMs({ at: 1000, monotonic: 0 }, { at: 900, monotonic: 5 })).toBe(Number.POSITIVE_INFINITY);
    expect(ageMs({ at: 1000, monotonic: 0 }, { at: 1001, monotonic: 700 })).toBe(700);
  });

  it('an answer that was overtaken by a later read changes nothing', async () => {
    const { clock, watch, reads, taken } = await active();
    clock.pass(1500);
    const first = watch.confirm(); // sent, and frozen on the way
    clock.pass(5000);
    const second = watch.confirm(); // too old to be joined: a read of its own
    expect(reads).toHaveLength(4);
    await reads[3]?.answer(false);
    await reads[2]?.answer(true);
    await Promise.all([first, second]);
    expect(taken).toEqual([true, true, false]);
  });

  it('several invocations share one read', async () => {
    const { clock, watch, reads } = await active();
    clock.pass(1500);
    const confirmed = [watch.confirm(), watch.confirm(), watch.confirm()];
    expect(reads).toHaveLength(3);
    await reads[2]?.answer();
    expect(await Promise.all(confirmed)).toEqual(['fresh', 'fresh', 'fresh']);
  });

  it('F2: after one invocation has waited in vain, the next ones do not wait', async () => {
    const { clock, watch, reads } = await active();
    clock.pass(1500);
    const waited = watch.confirm();
    await reads[2]?.fail();
    expect(await waited).toBe('stale');
    expect(await watch.confirm()).toBe('stale');
    expect(reads).toHaveLength(3);
  });
});

it('rule 16: clocks may differ by two seconds, measured to within half a second', () => {
  const at = 1_800_000_000_000;
  // The header is cut to the second: the store's clock is somewhere in [at, at + 1000).
  for (const [sandbox, agrees] of [
    [at + 500, true],
    [at + 500 + 2000, true],
    [at + 500 - 2000, true],
    [at + 500 + 2001, false],
    [at + 500 - 2001, false],
  ] as const) {
    expect(clockAgrees(at, sandbox, sandbox)).toBe(agrees);
  }
  expect(clockAgrees(undefined, at, at)).toBe(false);
});
