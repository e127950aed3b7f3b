import fc from 'fast-check';
import { gapMs, giveUpAfterMs, longestBackOffMs, pageAfterMs } from '../../../src/core/mailbox.ts';
import type { Mail, TellingFailed } from '../../../src/core/mailbox.ts';
import { deliver, type MailAddress, type MailPorts, type Telling } from '../../../src/engine/deliver-mail.ts';
import { MemoryMailboxes } from '../../support/mail/memory-mailboxes.ts';

const address: MailAddress = { thread: 'game.session.x', channel: 'slack:chaos' };
const minuteMs = 60_000;

/** A channel and its mailboxes over a clock that only moves when it is told to. */
function post(start = 1_000_000) {
  const clock = { now: start };
  const mailboxes = new MemoryMailboxes(() => clock.now);
  const told: (Pick<Telling, 'skipped' | 'late' | 'followed'> & { name: string })[] = [];
  const pages: string[] = [];
  const channel: { answer: (mail: Mail, telling: Telling) => TellingFailed | undefined } = {
    answer: () => undefined,
  };
  const ports: MailPorts = {
    mailboxes,
    now: () => clock.now,
    wait: async (ms) => {
      clock.now += ms;
    },
    tell: async (_address, mail, telling) => {
      const failed = channel.answer(mail, telling);
      const { skipped, late, followed } = telling;
      if (failed === undefined) told.push({ name: `${mail.source}${mail.seq}`, skipped, late, followed });
      return failed;
    },
    page: async (_address, message) => {
      pages.push(message);
    },
  };
  let deliverers = 0;
  return {
    clock,
    mailboxes,
    told,
    pages,
    channel,
    ports,
    names: () => told.map(({ name }) => name),
    put: (source: string, seq: number, at = seq) =>
      mailboxes.put(address, { source, seq, at, arrivedAt: clock.now, body: '' }),
    deliver: (more: Partial<MailPorts> = {}) => {
      deliverers += 1;
      return deliver({ ...ports, ...more }, address, { holder: `d${deliverers}`, until: clock.now + 45_000 });
    },
  };
}

const passing: TellingFailed = { kind: 'passing', reason: 'it is down', retryAfterMs: null };
const closed: TellingFailed = { kind: 'channel', reason: 'channel_not_found', retryAfterMs: null };

describe('mail', () => {
  it('is told by number within a run, and by time among the runs of a game day', async () => {
    const test = post();
    await test.put('b', 2, 40);
    await test.put('a', 1, 10);
    await test.put('b', 1, 30);
    await test.put('a', 2, 20);
    await test.deliver();
    expect(test.names()).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(test.told.map(({ followed }) => followed)).toEqual([true, true, true, false]);
    expect(await test.mailboxes.waiting()).toEqual([]);
  });

  it('that comes again is not told again', async () => {
    const test = post();
    await test.put('a', 1);
    await test.deliver();
    await test.put('a', 1);
    await test.put('a', 2);
    await test.deliver();
    expect(test.names()).toEqual(['a1', 'a2']);
    expect(await test.mailboxes.mails(address)).toEqual([]);
  });

  it('waits a quarter of an hour for what is missing before it, and no other run waits with it', async () => {
    const test = post();
    await test.put('a', 3);
    await test.put('b', 1);
    await test.deliver();
    expect(test.names()).toEqual(['b1']);
    expect(await test.mailboxes.waiting()).toEqual([{ ...address, dueAt: test.clock.now + gapMs }]);
    test.clock.now += gapMs - 1;
    await test.deliver({ wait: () => Promise.reject(new Error('nothing is waited for here')) }).catch(() => {
      test.clock.now += 1;
    });
    expect(test.names()).toEqual(['b1']);
    test.clock.now += minuteMs * 2;
    await test.deliver();
    expect(test.told.at(-1)).toMatchObject({ name: 'a3', skipped: [1, 2], late: false });
    // What comes after all is told, as late.
    await test.put('a', 2);
    await test.put('a', 4);
    await test.put('a', 2);
    await test.deliver();
    expect(test.names()).toEqual(['b1', 'a3', 'a2', 'a4']);
    expect(test.told[2]).toMatchObject({ late: true });
  });

  it('that arrives while another delivers is told by that one', async () => {
    const test = post();
    await test.put('a', 1);
    test.channel.answer = () => undefined;
    let second: Promise<void> = Promise.resolve();
    await test.deliver({
      tell: async (where, mail, telling) => {
        if (mail.seq === 1) {
          await test.put('a', 2);
          second = test.deliver();
          await second;
        }
        return test.ports.tell(where, mail, telling);
      },
    });
    expect(test.names()).toEqual(['a1', 'a2']);
    expect(await test.mailboxes.waiting()).toEqual([]);
  });
});

describe('a channel that fails', () => {
  /** A pause that is not for this invocation. */
  const noPause = { wait: () => Promise.reject(new Error('short')) };

  it('is tried again after longer and longer waits, at most five minutes', async () => {
    const test = post();
    await test.put('a', 1);
    test.channel.answer = () => passing;
    const waits: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      await test.deliver(noPause).catch((error: unknown) => expect(String(error)).toMatch('short'));
      const { notBefore } = (await test.mailboxes.load(address)).box;
      waits.push(notBefore - test.clock.now);
      test.clock.now = Math.max(notBefore, test.clock.now + 90_000);
    }
    expect(waits.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(waits.slice(-3)).toEqual([longestBackOffMs, longestBackOffMs, longestBackOffMs]);
  });

  it('is left alone for as long as it wants, also when more arrives', async () => {
    const test = post();
    await test.put('a', 1);
    let asked = 0;
    test.channel.answer = () => {
      asked += 1;
      return asked === 1 ? { ...passing, retryAfterMs: 600_000 } : undefined;
    };
    await test.deliver();
    await test.put('a', 2);
    test.clock.now += 599_000 - 1;
    await test.deliver(noPause).catch((error: unknown) => expect(String(error)).toMatch('short'));
    expect(asked).toBe(1);
    test.clock.now += 100_000;
    await test.deliver();
    expect(test.names()).toEqual(['a1', 'a2']);
  });

  it('is waited for where that takes a second', async () => {
    const test = post();
    await test.put('a', 1);
    let asked = 0;
    test.channel.answer = () => {
      asked += 1;
      return asked <= 3 ? { ...passing, retryAfterMs: 1_000 } : undefined;
    };
    await test.deliver();
    expect(test.names()).toEqual(['a1']);
  });

  it('is told to the operators once after an hour, and is never given up while it may come back', async () => {
    const test = post();
    await test.put('a', 1);
    test.channel.answer = () => passing;
    for (let passed = 0; passed < 10 * 86_400_000; passed += 3_600_000) {
      await test.deliver();
      test.clock.now += 3_600_000;
    }
    expect(test.pages).toEqual([expect.stringContaining('it is down')]);
    test.channel.answer = () => undefined;
    await test.deliver();
    expect(test.names()).toEqual(['a1']);
  });

  it('and is not there is given up after days, with a page that names what was lost', async () => {
    const test = post();
    await test.put('a', 1);
    await test.put('a', 2);
    await test.put('b', 7);
    test.channel.answer = () => closed;
    await test.deliver();
    test.clock.now += giveUpAfterMs - minuteMs;
    await test.deliver();
    expect(await test.mailboxes.mails(address)).toHaveLength(3);
    expect(test.pages).toHaveLength(1);
    test.clock.now += 10 * minuteMs;
    await test.deliver();
    expect(test.pages[1]).toMatch(/channel_not_found.*a 1, a 2, b 7/s);
    expect(await test.mailboxes.mails(address)).toEqual([]);
    expect(await test.mailboxes.waiting()).toEqual([]);
    // What follows is told once the channel is there.
    test.channel.answer = () => undefined;
    await test.put('a', 3);
    await test.deliver();
    expect(test.names()).toEqual(['a3']);
  });

  it('gives up a refused message alone', async () => {
    const test = post();
    await test.put('a', 1);
    await test.put('a', 2);
    test.channel.answer = ({ seq }) =>
      seq === 1 ? { kind: 'message', reason: 'invalid_blocks', retryAfterMs: null } : undefined;
    await test.deliver();
    test.clock.now += giveUpAfterMs + minuteMs;
    await test.deliver();
    expect(test.names()).toEqual(['a2']);
    expect(test.pages.at(-1)).toContain('a 1');
  });

  it('loses nothing where the operators cannot be told either', async () => {
    const test = post();
    await test.put('a', 1);
    test.channel.answer = () => closed;
    await test.deliver();
    test.clock.now += giveUpAfterMs + minuteMs;
    const page = () => Promise.reject(new Error('no topic'));
    await expect(test.deliver({ page })).rejects.toThrow('no topic');
    expect(await test.mailboxes.mails(address)).toHaveLength(1);
    test.clock.now += pageAfterMs;
    await test.deliver();
    expect(test.pages).toHaveLength(1);
    expect(await test.mailboxes.mails(address)).toEqual([]);
  });
});

describe('whatever arrives, fails and crashes', () => {
  const arrivals = fc.array(fc.record({ source: fc.constantFrom('a', 'b', 'c'), again: fc.nat(2) }), {
    minLength: 1,
    maxLength: 24,
  });

  it('every message is told in order once the channel works; only a crash may tell one twice', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.infiniteStream(fc.nat(999)), async (sent, chance) => {
        const draw = (): number => chance.next().value;
        const test = post();
        const crashes = { twice: new Set<string>(), on: true };
        const broken = crashing(
          test.mailboxes,
          () => crashes.on && draw() < 60,
          () => crashes.twice.add(test.names().at(-1) ?? ''),
        );
        const seqs = new Map<string, number>();
        const mails = sent.flatMap(({ source, again }, i) => {
          const seq = (seqs.get(source) ?? 0) + 1;
          seqs.set(source, seq);
          return Array.from({ length: again + 1 }, () => ({ source, seq, at: i }));
        });
        test.channel.answer = () => (crashes.on && draw() < 300 ? passing : undefined);
        const ports: MailPorts = {
          ...test.ports,
          mailboxes: broken,
          tell: async (where, mail, telling) => {
            const failed = await test.ports.tell(where, mail, telling);
            // The channel has it, and nobody knows.
            if (failed === undefined && crashes.on && draw() < 60) {
              crashes.twice.add(`${mail.source}${mail.seq}`);
              throw new Error('crash');
            }
            return failed;
          },
        };
        const working = async (work: () => Promise<unknown>): Promise<void> => {
          await work().catch((error: unknown) => {
            if (!/crash|Another deliverer/.test(String(error))) throw error;
          });
        };
        const one = () => test.deliver(ports);
        // SQS hands out what was not acknowledged again, in any order, to several at once.
        for (const mail of shuffled(mails, draw)) {
          let kept = false;
          while (!kept)
            await working(async () => {
              await broken.put(address, { ...mail, arrivedAt: test.clock.now, body: '' });
              kept = true;
            });
          await Promise.all(Array.from({ length: draw() % 3 }, () => working(one)));
          test.clock.now += draw() * 60;
        }
        crashes.on = false;
        for (let minute = 0; minute < 25; minute += 1) {
          const due = (await test.mailboxes.waiting()).filter(({ dueAt }) => dueAt <= test.clock.now);
          if (due.length > 0) await working(one);
          test.clock.now += minuteMs;
        }
        expect(await test.mailboxes.waiting()).toEqual([]);
        expect(await test.mailboxes.mails(address)).toEqual([]);
        for (const [source, last] of seqs) {
          const names = test.told.filter(({ name }) => name.startsWith(source));
          const inTime = names.filter(({ late }) => !late).map(({ name }) => name);
          expect(new Set(names.map(({ name }) => name)).size).toBe(last);
          const numbers = inTime.map((name) => Number(name.slice(1)));
          expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
          const repeated = names.filter(({ name }, i) => names.findIndex((n) => n.name === name) !== i);
          expect(repeated.filter(({ name }) => !crashes.twice.has(name))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('two deliverers at once tell nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.infiniteStream(fc.nat(7)), async (sent, chance) => {
        const test = post();
        // Each call takes a few turns, so that the calls of several deliverers mix in every way.
        const turns = async (): Promise<void> => {
          for (let i = chance.next().value; i > 0; i -= 1) await Promise.resolve();
        };
        const mailboxes = slowed(test.mailboxes, turns);
        const ports: Partial<MailPorts> = {
          mailboxes,
          tell: async (...args) => {
            await turns();
            return test.ports.tell(...args);
          },
        };
        const seqs = new Map<string, number>();
        await Promise.all(
          sent.map(async ({ source, again }, i) => {
            const seq = (seqs.get(source) ?? 0) + 1;
            seqs.set(source, seq);
            for (let times = 0; times <= again; times += 1) {
              await mailboxes.put(address, { source, seq, at: i, arrivedAt: test.clock.now, body: '' });
              await test.deliver(ports);
            }
          }),
        );
        const total = [...seqs.values()].reduce((sum, count) => sum + count, 0);
        expect(test.told).toHaveLength(total);
        expect(new Set(test.names()).size).toBe(total);
        expect(await test.mailboxes.waiting()).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

/** Each call may crash before it has any effect, or after. */
function crashing(
  boxes: MemoryMailboxes,
  crash: () => boolean,
  onLostSave: () => void,
): MailPorts['mailboxes'] {
  const around = async <T>(work: () => Promise<T>, saves = false): Promise<T> => {
    if (crash()) {
      if (saves) onLostSave();
      throw new Error('crash before');
    }
    const result = await work();
    if (crash()) throw new Error('crash after');
    return result;
  };
  return {
    put: (...args) => around(() => boxes.put(...args)),
    waiting: () => around(() => boxes.waiting()),
    stamp: (...args) => around(() => boxes.stamp(...args)),
    load: (...args) => around(() => boxes.load(...args)),
    save: (...args) => around(() => boxes.save(...args), true),
    mails: (...args) => around(() => boxes.mails(...args)),
    remove: (...args) => around(() => boxes.remove(...args)),
    settle: (...args) => around(() => boxes.settle(...args)),
  };
}

function slowed(boxes: MemoryMailboxes, turns: () => Promise<void>): MailPorts['mailboxes'] {
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    await turns();
    const result = await work();
    await turns();
    return result;
  };
  return {
    put: (...args) => around(() => boxes.put(...args)),
    waiting: () => around(() => boxes.waiting()),
    stamp: (...args) => around(() => boxes.stamp(...args)),
    load: (...args) => around(() => boxes.load(...args)),
    save: (...args) => around(() => boxes.save(...args)),
    mails: (...args) => around(() => boxes.mails(...args)),
    remove: (...args) => around(() => boxes.remove(...args)),
    settle: (...args) => around(() => boxes.settle(...args)),
  };
}

function shuffled<T>(items: readonly T[], draw: () => number): readonly T[] {
  return items
    .map((item) => ({ item, key: draw() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
