import type { EpochMs } from '../core/ids.ts';
import { emptyMailbox, type Mail, type Mailbox } from '../core/mailbox.ts';
import type { MailAddress, Mailboxes } from '../engine/deliver-mail.ts';
import { keepMs } from '../engine/keep.ts';
import { type DynamoDbTable, type Key, number, text } from './dynamodb-table.ts';

const waitingPk = 'mailboxes';
const boxSk = 'box';
/** Neither a thread's id nor a channel holds it. */
const separator = '|';

/**
 * Mailboxes in the control table. `mail#THREAD|CHANNEL` holds the mailbox (`box`) and one item for each mail (`mail#…`);
 * `mailboxes` holds an item for each mailbox that has mail, so that nothing is searched for. Mail has no time to live:
 * it goes when it is told. The mailbox stays for as long as its run, which knows by it what was told.
 */
export class DynamoDbMailboxes implements Mailboxes {
  readonly #table: DynamoDbTable;
  readonly #now: () => EpochMs;

  constructor(table: DynamoDbTable, now: () => EpochMs) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * The mail before the sign that there is some: after a crash between the two, whoever put it puts it again. The stamp
   * begins at the time, so that a sign which went and came back is another one.
   */
  async put(address: MailAddress, mail: Mail): Promise<void> {
    await this.#table.put(
      mailKey(address, mail),
      { body: { S: JSON.stringify(mail) } },
      { if: 'attribute_not_exists(pk)' },
    );
    await this.#table.update(
      waitingKey(address),
      'SET dueAt = :now, stamp = if_not_exists(stamp, :now) + :one',
      { values: { ':now': { N: String(this.#now()) }, ':one': { N: '1' } } },
    );
  }

  async waiting(): Promise<readonly (MailAddress & { readonly dueAt: EpochMs })[]> {
    const items = await this.#table.query(waitingPk, '');
    return items.map((item) => {
      const [thread = '', channel = ''] = text(item, 'sk').split(separator);
      return { thread, channel, dueAt: number(item, 'dueAt') };
    });
  }

  async stamp(address: MailAddress): Promise<number | undefined> {
    const item = await this.#table.get(waitingKey(address));
    return item === undefined ? undefined : number(item, 'stamp');
  }

  async load(address: MailAddress): Promise<{ readonly box: Mailbox; readonly version: number }> {
    const item = await this.#table.get(boxKey(address));
    if (item === undefined) return { box: emptyMailbox, version: 0 };
    return { box: JSON.parse(text(item, 'body')) as Mailbox, version: number(item, 'version') };
  }

  async save(address: MailAddress, box: Mailbox, version: number): Promise<boolean> {
    return this.#table.put(
      boxKey(address),
      {
        version: { N: String(version + 1) },
        body: { S: JSON.stringify(box) },
        ttl: { N: String(Math.ceil((this.#now() + keepMs) / 1_000)) },
      },
      version === 0
        ? { if: 'attribute_not_exists(pk)' }
        : { if: 'version = :version', values: { ':version': { N: String(version) } } },
    );
  }

  async mails(address: MailAddress): Promise<readonly Mail[]> {
    const items = await this.#table.query(partition(address), 'mail#');
    return items.map((item) => JSON.parse(text(item, 'body')) as Mail);
  }

  async remove(address: MailAddress, mails: readonly Mail[]): Promise<void> {
    await this.#table.deleteAll(mails.map((mail) => mailKey(address, mail)));
  }

  async settle(address: MailAddress, stamp: number, dueAt: EpochMs | null): Promise<boolean> {
    const unchanged = 'stamp = :stamp';
    const values = { ':stamp': { N: String(stamp) } };
    if (dueAt === null) return this.#table.deleteIf(waitingKey(address), { if: unchanged, values });
    const settled = await this.#table.update(waitingKey(address), 'SET dueAt = :dueAt', {
      if: unchanged,
      values: { ...values, ':dueAt': { N: String(dueAt) } },
    });
    return settled !== undefined;
  }
}

function partition({ thread, channel }: MailAddress): string {
  return `mail#${thread}${separator}${channel}`;
}

function boxKey(address: MailAddress): Key {
  return { pk: partition(address), sk: boxSk };
}

function mailKey(address: MailAddress, { source, seq }: Mail): Key {
  return { pk: partition(address), sk: `mail#${source}#${String(seq).padStart(9, '0')}` };
}

function waitingKey({ thread, channel }: MailAddress): Key {
  return { pk: waitingPk, sk: `${thread}${separator}${channel}` };
}
