import type { EpochMs } from './ids.ts';

/** One channel's view of one thread: a run, or a game day with all of its runs. */
export interface Mailbox {
  readonly schema: 1;
  readonly told: Readonly<Record<string, Progress>>;
  /** Who delivers now; nobody else does until then. */
  readonly lease: Lease | null;
  /** Nothing is tried before: the channel failed, or wants us to wait. */
  readonly notBefore: EpochMs;
  readonly failing: Failing | null;
  /** What the channel remembers of the thread, as the notifier wrote it: where its first message stands, for instance. */
  readonly memory: string | null;
}

/** How far a source was told: every number up to `last`, without those that never came. */
export interface Progress {
  readonly last: number;
  readonly missing: readonly number[];
}

interface Lease {
  readonly holder: string;
  readonly until: EpochMs;
}

/** Failures one after the other. */
interface Failing {
  readonly since: EpochMs;
  readonly attempts: number;
  /** Since when each of them could not have worked; null after one that could. */
  readonly hopelessSince: EpochMs | null;
  readonly paged: boolean;
}

/** What a channel has yet to be told. `source` (a run, a session) and `seq` make it unique in its thread. */
export interface Mail {
  readonly source: string;
  readonly seq: number;
  readonly at: EpochMs;
  readonly arrivedAt: EpochMs;
  readonly body: string;
}

/** `channel`: it does not exist, or may not be written to. `message`: this one is refused. Both can only be mended by people. */
export interface TellingFailed {
  readonly kind: 'passing' | 'channel' | 'message';
  readonly reason: string;
  /** How long the channel wants us to wait. */
  readonly retryAfterMs: number | null;
}

export type Next =
  /** `skipped`: numbers that did not come in time. `late`: others were told before it. `followed`: another is ready. */
  | {
      readonly do: 'tell';
      readonly mail: Mail;
      readonly skipped: readonly number[];
      readonly late: boolean;
      readonly followed: boolean;
    }
  /** They were told already. */
  | { readonly do: 'forget'; readonly mails: readonly Mail[] }
  | { readonly do: 'wait'; readonly until: EpochMs }
  | { readonly do: 'rest' };

/** How long a number that is missing is waited for. */
export const gapMs = 15 * 60_000;
/** Longer than the function may run: whoever still holds it then is dead. */
export const mailLeaseMs = 90_000;
const firstBackOffMs = 2_000;
export const longestBackOffMs = 5 * 60_000;
/** From then on the operators know. */
export const pageAfterMs = 60 * 60_000;
/** So long is tried what cannot work. */
export const giveUpAfterMs = 3 * 86_400_000;
/** Of one source; older ones were missing for good. */
const mostMissing = 100;

export const emptyMailbox: Mailbox = {
  schema: 1,
  told: {},
  lease: null,
  notBefore: 0,
  failing: null,
  memory: null,
};

/** Takes the lease; undefined where another holds it. */
export function leased(box: Mailbox, holder: string, now: EpochMs): Mailbox | undefined {
  const { lease } = box;
  if (lease !== null && lease.holder !== holder && lease.until > now) return undefined;
  return { ...box, lease: { holder, until: now + mailLeaseMs } };
}

/** What comes next: of each source strictly by number, among the sources by time. */
export function nextMail(box: Mailbox, mails: readonly Mail[], now: EpochMs): Next {
  const old = mails.filter((mail) => isTold(box, mail));
  if (old.length > 0) return { do: 'forget', mails: old };
  if (mails.length === 0) return { do: 'rest' };
  if (box.notBefore > now) return { do: 'wait', until: box.notBefore };
  const heads = headsOf(box, mails);
  const ready = heads.filter((head) => head.waitsUntil <= now).sort(byTime);
  const [head] = ready;
  if (head === undefined) return { do: 'wait', until: Math.min(...heads.map((one) => one.waitsUntil)) };
  const { mail, skipped, late } = head;
  const rest = mails.filter((one) => one !== mail);
  const after = headsOf(afterTold(box, mail, skipped), rest);
  return { do: 'tell', mail, skipped, late, followed: after.some((one) => one.waitsUntil <= now) };
}

interface Head {
  readonly mail: Mail;
  readonly skipped: readonly number[];
  readonly late: boolean;
  readonly waitsUntil: EpochMs;
}

/** The next of each source, and until when the numbers before it are waited for. */
function headsOf(box: Mailbox, mails: readonly Mail[]): readonly Head[] {
  const sources = [...new Set(mails.map(({ source }) => source))];
  return sources.flatMap((source): readonly Head[] => {
    const waiting = mails.filter((mail) => mail.source === source).sort((a, b) => a.seq - b.seq);
    const [mail] = waiting;
    if (mail === undefined) return [];
    const { last } = progressOf(box, source);
    if (mail.seq <= last) return [{ mail, skipped: [], late: true, waitsUntil: 0 }];
    const skipped = Array.from(
      { length: Math.min(mail.seq - last - 1, mostMissing) },
      (_, i) => last + 1 + i,
    );
    const longest = Math.min(...waiting.map(({ arrivedAt }) => arrivedAt));
    return [{ mail, skipped, late: false, waitsUntil: skipped.length === 0 ? 0 : longest + gapMs }];
  });
}

/** The numbers between the last one told and this. */
function skippedBy(box: Mailbox, { source, seq }: Mail): readonly number[] {
  const { last } = progressOf(box, source);
  return Array.from(
    { length: Math.min(Math.max(0, seq - last - 1), mostMissing) },
    (_, i) => seq - 1 - i,
  ).reverse();
}

function byTime(a: Head, b: Head): number {
  return a.mail.at - b.mail.at || (a.mail.source < b.mail.source ? -1 : 1);
}

function progressOf(box: Mailbox, source: string): Progress {
  return Object.hasOwn(box.told, source)
    ? (box.told[source] ?? { last: 0, missing: [] })
    : { last: 0, missing: [] };
}

function isTold(box: Mailbox, { source, seq }: Mail): boolean {
  const { last, missing } = progressOf(box, source);
  return seq <= last && !missing.includes(seq);
}

/** It is told, or given up; what was skipped may still come. */
export function afterTold(box: Mailbox, mail: Mail, skipped: readonly number[]): Mailbox {
  const { last, missing } = progressOf(box, mail.source);
  const progress =
    mail.seq <= last
      ? { last, missing: missing.filter((seq) => seq !== mail.seq) }
      : { last: mail.seq, missing: [...missing, ...skipped].slice(-mostMissing) };
  return { ...box, told: { ...box.told, [mail.source]: progress }, failing: null, notBefore: 0 };
}

/** They are given up. What is missing between them may still come, and is then told. */
export function afterGivingUp(box: Mailbox, mails: readonly Mail[]): Mailbox {
  const inOrder = [...mails].sort((a, b) => a.seq - b.seq);
  return inOrder.reduce((after, mail) => afterTold(after, mail, skippedBy(after, mail)), box);
}

export interface AfterFailure {
  readonly box: Mailbox;
  /** The operators should know. */
  readonly page: 'it fails' | 'it is given up' | null;
  /** It cannot work, and was tried for days: the message alone, or all that waits for this channel. */
  readonly givesUp: 'nothing' | 'message' | 'everything';
}

/** Waits longer each time, or as long as the channel wants. */
export function afterFailure(box: Mailbox, failed: TellingFailed, now: EpochMs): AfterFailure {
  const {
    since,
    attempts,
    paged,
    hopelessSince: before,
  } = box.failing ?? {
    since: now,
    attempts: 0,
    paged: false,
    hopelessSince: null,
  };
  const backOffMs = Math.min(firstBackOffMs * 2 ** Math.min(attempts, 20), longestBackOffMs);
  const hopelessSince = failed.kind === 'passing' ? null : (before ?? now);
  const next: Mailbox = {
    ...box,
    notBefore: now + (failed.retryAfterMs ?? backOffMs),
    failing: { since, attempts: attempts + 1, hopelessSince, paged },
  };
  if (hopelessSince !== null && now - hopelessSince >= giveUpAfterMs)
    return {
      box: next,
      page: 'it is given up',
      givesUp: failed.kind === 'message' ? 'message' : 'everything',
    };
  const page = !paged && now - since >= pageAfterMs ? 'it fails' : null;
  return { box: next, page, givesUp: 'nothing' };
}

/** The operators know that the channel fails. */
export function afterPage(box: Mailbox): Mailbox {
  return box.failing === null ? box : { ...box, failing: { ...box.failing, paged: true } };
}
