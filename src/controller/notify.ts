import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mailPager } from '../adapters/aws/operators.ts';
import { secretReader } from '../adapters/aws/secrets.ts';
import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { DynamoDbMailboxes } from '../adapters/mailbox.ts';
import { slackApi } from '../adapters/slack-api.ts';
import { postToSlack } from '../adapters/slack-webhook.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import type { Mail } from '../core/mailbox.ts';
import { deliver, type MailAddress, type MailPorts, type Telling } from '../engine/deliver-mail.ts';
import { each } from '../engine/each.ts';
import type { Store } from '../engine/ports.ts';
import { type Message, sourceOf } from '../notifiers/message.ts';
import { failureOf, NoSuchChannelError, type Notifier } from '../notifiers/notifier.ts';
import { slackNotifier } from '../notifiers/slack/slack.ts';
import { snsNotifier } from '../notifiers/sns.ts';
import { reportLink } from '../report/link.ts';
import { controllerEnvironment } from './environment.ts';
import { describeError, log } from './log.ts';
import { recordOf } from './run-record.ts';

/** Slack answers within a second or two. */
const slackTimeoutMs = 8_000;
/** Of the function's minute: what is begun by then has time to end. */
const deliverForMs = 40_000;

export interface NotifyPorts {
  /** By what stands before the colon of a channel. */
  readonly notifiers: Readonly<Record<string, Notifier>>;
  readonly mail: Omit<MailPorts, 'tell'>;
  readonly store: Pick<Store, 'loadRun' | 'readJournal'>;
  readonly stage: string;
  readonly version: string;
  /** Unique to this sandbox. */
  readonly holder: () => string;
  readonly log: typeof log;
  /** Where reports lie. */
  readonly links: () => Promise<(of: Parameters<typeof reportLink>[0]) => string>;
}

export function openNotifier(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): NotifyPorts {
  const environment = controllerEnvironment(variables);
  const { stage, secrets: keeper, slackApi: baseUrl, region, partition, reportsBucket: bucket } = environment;
  const table = new DynamoDbTable(aws.get(DynamoDBClient), environment.controlTable, wait);
  const secret = secretReader(aws, systemClock, { stage, keeper });
  const now = (): number => systemClock.now();
  return {
    stage,
    version: environment.version,
    log,
    store: new DynamoDbStore(table),
    holder: () => crypto.randomUUID(),
    links: async () => {
      const { reportsUrl } = await readGuardrails(table, stage);
      return (of) => reportLink(of, { bucket, region, partition }, reportsUrl);
    },
    mail: {
      mailboxes: new DynamoDbMailboxes(table, now),
      now,
      wait,
      page: mailPager(aws, environment.operatorsTopicArn),
    },
    notifiers: {
      sns: snsNotifier(aws, environment.topicArn),
      slack: slackNotifier({
        bot: async () => {
          const token = await secret('slack/bot-token');
          return token === undefined ? undefined : slackApi({ baseUrl, token, timeoutMs: slackTimeoutMs });
        },
        webhook: async (channel) => {
          const address = await secret(`slack/webhooks/${channel}`);
          return address === undefined ? undefined : (body) => postToSlack(address, body, slackTimeoutMs);
        },
      }),
    },
  };
}

/** Puts it into the mailbox of each of its channels. Once this resolves it cannot be lost. */
export async function receive(
  { mail: { mailboxes, now } }: NotifyPorts,
  message: Message,
): Promise<readonly MailAddress[]> {
  const { seq, at, thread, channels } = message.change;
  // The same channel may stand there with and without its #.
  const names = [...new Set(channels.map((channel) => channel.replace(':#', ':')))];
  const mail: Mail = { source: sourceOf(message), seq, at, arrivedAt: now(), body: JSON.stringify(message) };
  const addresses = names.map((channel) => ({ thread, channel }));
  await Promise.all(addresses.map((address) => mailboxes.put(address, mail)));
  return addresses;
}

/** Tells what lies in these mailboxes. What fails stays there, and is logged: it is tried again by the schedule. */
export async function deliverAll(ports: NotifyPorts, addresses: readonly MailAddress[]): Promise<void> {
  const different = new Map(addresses.map((address) => [`${address.thread} ${address.channel}`, address]));
  const until = ports.mail.now() + deliverForMs;
  const mail: MailPorts = { ...ports.mail, tell: teller(ports) };
  const targets = [...different.values()];
  const results = await each(targets, (address) => deliver(mail, address, { holder: ports.holder(), until }));
  results.forEach((result, index) => {
    if (result.status === 'rejected')
      ports.log('error', 'a mailbox could not be emptied and will be tried again', {
        ...targets[index],
        ...describeError(result.reason),
      });
  });
}

/** The mailboxes whose time has come. */
export async function deliverWaiting(ports: NotifyPorts): Promise<void> {
  const { mailboxes, now } = ports.mail;
  const waiting = await mailboxes.waiting();
  await deliverAll(
    ports,
    waiting.filter(({ dueAt }) => dueAt <= now()),
  );
}

function teller(ports: NotifyPorts): MailPorts['tell'] {
  return async (address, mail, telling) => {
    try {
      await tell(ports, address, mail, telling);
      return undefined;
    } catch (error) {
      const failed = failureOf(error);
      ports.log('warn', 'a channel was not told and will be again', {
        ...address,
        source: mail.source,
        seq: mail.seq,
        kind: failed.kind,
        ...describeError(error),
      });
      return failed;
    }
  };
}

async function tell(
  ports: NotifyPorts,
  { channel: name }: MailAddress,
  mail: Mail,
  telling: Telling,
): Promise<void> {
  const [sort = '', channel = ''] = name.split(/:(.*)/s);
  const notifier = Object.hasOwn(ports.notifiers, sort) ? ports.notifiers[sort] : undefined;
  if (notifier === undefined)
    throw new NoSuchChannelError(`There is no sort of channel ${JSON.stringify(sort)}`);
  // Written by `receive`, from an event that was checked.
  const message = JSON.parse(mail.body) as Message;
  const [record, reportOf] = await Promise.all([recordFor(ports, message), ports.links()]);
  const { skipped, late } = telling;
  await notifier.tell(message, channel, { stage: ports.stage, reportOf, record, skipped, late }, telling);
}

/** The run as it is stored. Where it cannot be read, people are told without it. */
async function recordFor(
  { store, version, log: logged }: NotifyPorts,
  message: Message,
): Promise<ReturnType<typeof recordOf> | undefined> {
  if (message.of === 'session') return undefined;
  const { runId, phase } = message.change;
  try {
    const stored = await store.loadRun(runId);
    if (stored === undefined) return undefined;
    const measured = ['observing', 'reverting', 'recovering', 'ended'].includes(phase);
    return recordOf(stored.run, measured ? await store.readJournal(runId) : [], version);
  } catch (error) {
    logged('warn', 'a run could not be read, and is told of without its details', {
      runId,
      ...describeError(error),
    });
    return undefined;
  }
}
