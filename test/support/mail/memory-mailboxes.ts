import { emptyMailbox, type Mail, type Mailbox } from '../../../src/core/mailbox.ts';
import type { EpochMs } from '../../../src/core/ids.ts';
import type { MailAddress, Mailboxes } from '../../../src/engine/deliver-mail.ts';

const keyOf = ({ thread, channel }: MailAddress): string => `${thread}|${channel}`;
const mailOf = ({ source, seq }: Mail): string => `${source}#${seq}`;

/** Mailboxes in memory, held to the same contract as those in the table. */
export class MemoryMailboxes implements Mailboxes {
  readonly #boxes = new Map<string, { box: Mailbox; version: number }>();
  readonly #mails = new Map<string, Map<string, Mail>>();
  readonly #waiting = new Map<string, MailAddress & { stamp: number; dueAt: EpochMs }>();
  readonly #now: () => EpochMs;
  #stamps = 0;

  constructor(now: () => EpochMs) {
    this.#now = now;
  }

  async put(address: MailAddress, mail: Mail): Promise<void> {
    const mails = this.#mails.get(keyOf(address)) ?? new Map<string, Mail>();
    this.#mails.set(keyOf(address), mails);
    if (!mails.has(mailOf(mail))) mails.set(mailOf(mail), mail);
    this.#stamps += 1;
    this.#waiting.set(keyOf(address), { ...address, stamp: this.#stamps, dueAt: this.#now() });
  }

  async waiting(): Promise<readonly (MailAddress & { readonly dueAt: EpochMs })[]> {
    return [...this.#waiting.values()].map(({ thread, channel, dueAt }) => ({ thread, channel, dueAt }));
  }

  async stamp(address: MailAddress): Promise<number | undefined> {
    return this.#waiting.get(keyOf(address))?.stamp;
  }

  async load(address: MailAddress): Promise<{ readonly box: Mailbox; readonly version: number }> {
    return this.#boxes.get(keyOf(address)) ?? { box: emptyMailbox, version: 0 };
  }

  async save(address: MailAddress, box: Mailbox, version: number): Promise<boolean> {
    if ((this.#boxes.get(keyOf(address))?.version ?? 0) !== version) return false;
    this.#boxes.set(keyOf(address), { box, version: version + 1 });
    return true;
  }

  async mails(address: MailAddress): Promise<readonly Mail[]> {
    return [...(this.#mails.get(keyOf(address))?.values() ?? [])];
  }

  async remove(address: MailAddress, mails: readonly Mail[]): Promise<void> {
    for (const mail of mails) this.#mails.get(keyOf(address))?.delete(mailOf(mail));
  }

  async settle(address: MailAddress, stamp: number, dueAt: EpochMs | null): Promise<boolean> {
    const waiting = this.#waiting.get(keyOf(address));
    if (waiting?.stamp !== stamp) return false;
    if (dueAt === null) this.#waiting.delete(keyOf(address));
    else waiting.dueAt = dueAt;
    return true;
  }
}
