import {
  afterFailure,
  afterGivingUp,
  afterPage,
  afterTold,
  leased,
  type Mail,
  type Mailbox,
  nextMail,
  type TellingFailed,
} from '../core/mailbox.ts';
import type { EpochMs } from '../core/ids.ts';

export interface MailAddress {
  /** A run, or a game day's session. */
  readonly thread: string;
  /** As experiments name it: `sns`, `slack:chaos`. */
  readonly channel: string;
}

/** Where mail lies until it is told. */
export interface Mailboxes {
  /** Durable once it resolves; the same mail again changes nothing. */
  put(address: MailAddress, mail: Mail): Promise<void>;
  /** Those with mail, and when to look at them again. */
  waiting(): Promise<readonly (MailAddress & { readonly dueAt: EpochMs })[]>;
  /** Changes with each mail that is put; undefined where none waits. */
  stamp(address: MailAddress): Promise<number | undefined>;
  load(address: MailAddress): Promise<{ readonly box: Mailbox; readonly version: number }>;
  /** False where another saved it since. */
  save(address: MailAddress, box: Mailbox, version: number): Promise<boolean>;
  mails(address: MailAddress): Promise<readonly Mail[]>;
  remove(address: MailAddress, mails: readonly Mail[]): Promise<void>;
  /** When to look again; null: nothing waits any more. False where mail was put since the stamp. */
  settle(address: MailAddress, stamp: number, dueAt: EpochMs | null): Promise<boolean>;
}

/** How one message is told. */
export interface Telling {
  readonly skipped: readonly number[];
  readonly late: boolean;
  readonly followed: boolean;
  readonly memory: string | null;
  /** Remembers it for this thread at once, whatever becomes of the rest. */
  remember(memory: string): Promise<void>;
}

export interface MailPorts {
  readonly mailboxes: Mailboxes;
  readonly now: () => EpochMs;
  readonly wait: (ms: number) => Promise<void>;
  /** Resolves once the channel has it; undefined, or why it has not. */
  tell(address: MailAddress, mail: Mail, telling: Telling): Promise<TellingFailed | undefined>;
  /** Rejects where the operators could not be told: it is then tried again. */
  page(address: MailAddress, message: string): Promise<void>;
}

/** Who delivers, and until when. */
export interface Delivery {
  readonly holder: string;
  readonly until: EpochMs;
}

/** A pause shorter than this is waited for, within the time there is. */
const longestPauseMs = 5_000;

/** Tells the channel whatever is ready. Where another deliverer has the mailbox, that one looks again when it is done. */
export async function deliver(ports: MailPorts, address: MailAddress, delivery: Delivery): Promise<void> {
  const { mailboxes, now, wait } = ports;
  while (now() < delivery.until) {
    const stamp = await mailboxes.stamp(address);
    if (stamp === undefined) return;
    const round = await Round.begin(ports, address, delivery);
    if (round === undefined) return;
    const dueAt = await round.run();
    await round.end();
    // What arrived meanwhile may have met our lease: then it is ours to look again.
    if (!(await mailboxes.settle(address, stamp, dueAt))) continue;
    if (dueAt === null || dueAt - now() > longestPauseMs || dueAt >= delivery.until) return;
    await wait(Math.max(0, dueAt - now()));
  }
}

/** The mailbox was taken from us: its lease had run out. */
export class MailboxLostError extends Error {
  override readonly name = 'MailboxLostError';
}

/** One deliverer's time with a mailbox, under a lease. */
class Round {
  readonly #ports: MailPorts;
  readonly #address: MailAddress;
  readonly #delivery: Delivery;
  #box: Mailbox;
  #version: number;

  static async begin(ports: MailPorts, address: MailAddress, delivery: Delivery): Promise<Round | undefined> {
    const { box, version } = await ports.mailboxes.load(address);
    const mine = leased(box, delivery.holder, ports.now());
    if (mine === undefined) return undefined;
    const taken = await ports.mailboxes.save(address, mine, version);
    return taken ? new Round(ports, address, delivery, mine, version + 1) : undefined;
  }

  constructor(ports: MailPorts, address: MailAddress, delivery: Delivery, box: Mailbox, version: number) {
    this.#ports = ports;
    this.#address = address;
    this.#delivery = delivery;
    this.#box = box;
    this.#version = version;
  }

  /** When there is more to do; null where nothing waits. */
  async run(): Promise<EpochMs | null> {
    const { mailboxes, now } = this.#ports;
    let mails = await mailboxes.mails(this.#address);
    while (now() < this.#delivery.until) {
      const next = nextMail(this.#box, mails, now());
      if (next.do === 'rest') return null;
      if (next.do === 'wait') return next.until;
      const done = next.do === 'forget' ? next.mails : await this.#tell(next, mails);
      if (done.length > 0) await mailboxes.remove(this.#address, done);
      mails = mails.filter((mail) => !done.includes(mail));
    }
    return now();
  }

  async end(): Promise<void> {
    await this.#save({ ...this.#box, lease: null });
  }

  /** Those that need no telling any more. Recorded first, removed afterwards: a crash between the two removes them later. */
  async #tell(
    { mail, ...how }: Extract<ReturnType<typeof nextMail>, { do: 'tell' }>,
    mails: readonly Mail[],
  ): Promise<readonly Mail[]> {
    const { skipped, late, followed } = how;
    const failed = await this.#ports.tell(this.#address, mail, {
      skipped,
      late,
      followed,
      memory: this.#box.memory,
      remember: (memory) => this.#save({ ...this.#box, memory }),
    });
    if (failed === undefined) {
      await this.#save(afterTold(this.#box, mail, skipped));
      return [mail];
    }
    return this.#failed(mail, failed, mails);
  }

  async #failed(mail: Mail, failed: TellingFailed, mails: readonly Mail[]): Promise<readonly Mail[]> {
    const { box, page, givesUp } = afterFailure(this.#box, failed, this.#ports.now());
    // Saved before the page: one that fails must not keep the back-off from growing.
    await this.#save(box);
    if (page === null) return [];
    const lost = givesUp === 'everything' ? mails : givesUp === 'message' ? [mail] : [];
    await this.#ports.page(this.#address, pageText(this.#address, failed, lost));
    await this.#save(lost.length === 0 ? afterPage(box) : afterGivingUp(box, lost));
    return lost;
  }

  async #save(box: Mailbox): Promise<void> {
    const { holder } = this.#delivery;
    const renewed = box.lease === null ? box : (leased(box, holder, this.#ports.now()) ?? box);
    if (!(await this.#ports.mailboxes.save(this.#address, renewed, this.#version)))
      throw new MailboxLostError(`Another deliverer has the mailbox of ${this.#address.channel}`);
    this.#box = renewed;
    this.#version += 1;
  }
}

function pageText(
  { thread, channel }: MailAddress,
  { reason }: TellingFailed,
  lost: readonly Mail[],
): string {
  if (lost.length === 0)
    return `Channel ${channel} was not told of ${thread} for an hour: ${reason}. It is tried on, every few minutes, and nothing is lost.`;
  const which = lost.map(({ source, seq }) => `${source} ${seq}`).join(', ');
  return `Channel ${channel} was never told of ${thread}, and will not be: ${reason}. After three days this is given up: ${which}. inoculate show tells what happened.`;
}
