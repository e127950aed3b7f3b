import { DynamoDbMailboxes } from '../../src/adapters/mailbox.ts';
import { emptyMailbox, type Mail } from '../../src/core/mailbox.ts';
import type { MailAddress, Mailboxes } from '../../src/engine/deliver-mail.ts';
import { MemoryMailboxes } from '../support/mail/memory-mailboxes.ts';
import { engines } from './engines.ts';

interface Opened {
  readonly mailboxes: Mailboxes;
  close(): Promise<void>;
}

let now = 1_000;
const address: MailAddress = { thread: 'checkout.manual.r1', channel: 'slack:chaos' };
const mail = (seq: number, source = address.thread): Mail => ({
  source,
  seq,
  at: seq,
  arrivedAt: now,
  body: `{"seq":${seq}}`,
});

describeMailboxes('memory twin', () =>
  Promise.resolve({ mailboxes: new MemoryMailboxes(() => now), close: () => Promise.resolve() }),
);
for (const engine of engines)
  describeMailboxes(engine.name, async () => {
    const database = await engine.start();
    const table = await database.table('control');
    return { mailboxes: new DynamoDbMailboxes(table, () => now), close: () => database.stop() };
  });

function describeMailboxes(name: string, open: () => Promise<Opened>): void {
  describe(`mailboxes: ${name}`, () => {
    let opened: Opened;
    let boxes: Mailboxes;

    beforeAll(async () => {
      opened = await open();
    });
    beforeEach(async () => {
      now = 1_000;
      boxes = opened.mailboxes;
      // One database serves all tests: each leaves nothing that waits.
      for (const waiting of await boxes.waiting()) {
        await boxes.remove(waiting, await boxes.mails(waiting));
        await boxes.settle(waiting, (await boxes.stamp(waiting)) ?? 0, null);
      }
    });
    afterAll(() => opened.close());

    it('keep mail until it is removed, however often it is put', async () => {
      await boxes.put(address, mail(1));
      await boxes.put(address, { ...mail(1), arrivedAt: 9_999 });
      await boxes.put(address, mail(2, 'checkout.manual.r2'));
      const found = await boxes.mails(address);
      expect([...found].sort((a, b) => a.seq - b.seq)).toEqual([mail(1), mail(2, 'checkout.manual.r2')]);
      await boxes.remove(address, [mail(1)]);
      await boxes.remove(address, [mail(1)]);
      expect(await boxes.mails(address)).toEqual([mail(2, 'checkout.manual.r2')]);
      await boxes.remove(address, []);
    });

    it('are found by what waits, each thread and channel by itself', async () => {
      await boxes.put(address, mail(1));
      now = 2_000;
      await boxes.put({ ...address, channel: 'sns' }, mail(1));
      const waiting = await boxes.waiting();
      expect([...waiting].sort((a, b) => a.dueAt - b.dueAt)).toEqual([
        { ...address, dueAt: 1_000 },
        { ...address, channel: 'sns', dueAt: 2_000 },
      ]);
      expect(await boxes.mails({ ...address, thread: 'checkout.manual.r9' })).toEqual([]);
    });

    it('are settled only where nothing arrived since', async () => {
      expect(await boxes.stamp(address)).toBeUndefined();
      await boxes.put(address, mail(1));
      const stamp = (await boxes.stamp(address)) ?? 0;
      await boxes.put(address, mail(2));
      expect(await boxes.settle(address, stamp, null)).toBe(false);
      expect(await boxes.settle(address, stamp, 7_000)).toBe(false);
      const later = (await boxes.stamp(address)) ?? 0;
      expect(await boxes.settle(address, later, 7_000)).toBe(true);
      expect(await boxes.waiting()).toEqual([{ ...address, dueAt: 7_000 }]);
      // New mail is looked at now, whatever was said before.
      await boxes.put(address, mail(3));
      expect(await boxes.waiting()).toEqual([{ ...address, dueAt: 1_000 }]);
      expect(await boxes.settle(address, (await boxes.stamp(address)) ?? 0, null)).toBe(true);
      expect(await boxes.waiting()).toEqual([]);
    });

    it('take a sign that went and came back for another one', async () => {
      await boxes.put(address, mail(1));
      const stamp = (await boxes.stamp(address)) ?? 0;
      await boxes.settle(address, stamp, null);
      now += 1;
      await boxes.put(address, mail(2));
      expect(await boxes.settle(address, stamp, null)).toBe(false);
    });

    it('are saved by one of two that loaded the same', async () => {
      const other = { ...address, thread: 'checkout.manual.saved' };
      expect(await boxes.load(other)).toEqual({ box: emptyMailbox, version: 0 });
      const box = { ...emptyMailbox, memory: 'a' };
      expect(await boxes.save(other, box, 0)).toBe(true);
      expect(await boxes.save(other, { ...emptyMailbox, memory: 'b' }, 0)).toBe(false);
      expect(await boxes.load(other)).toEqual({ box, version: 1 });
      expect(await boxes.save(other, { ...box, memory: 'c' }, 1)).toBe(true);
      expect((await boxes.load(other)).box.memory).toBe('c');
    });
  });
}
