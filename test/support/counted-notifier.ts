import { DynamoDbMailboxes } from '../../src/adapters/mailbox.ts';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import { deliverAll, type NotifyPorts, receive } from '../../src/controller/notify.ts';
import type { RunningDatabase } from '../contract/engines.ts';
import { plans } from '../unit/report/support/plans.ts';
import { syntheticRun } from '../unit/report/support/synthetic-run.ts';
import { CallCount } from './call-count.ts';
import { changesOf, runMessage } from './mail/changes.ts';

/** The calls that telling one channel of so many changes makes, each as it comes: the channel remembers its thread, as Slack's bot does. */
export async function callsOfTelling(
  database: RunningDatabase,
  messages: number,
): Promise<readonly string[]> {
  const table = await database.table('control');
  const record = syntheticRun(plans.held);
  const store = new DynamoDbStore(table);
  const [first] = changesOf(record, { channels: ['slack:chaos'] });
  if (first === undefined) throw new Error('a run has a change');
  await store.createRun({ ...record.run, id: first.runId });
  const count = new CallCount();
  count.watch(database.client);
  const ports: NotifyPorts = {
    stage: 'dev',
    version: '0.0.0',
    log: (_level, message) => {
      throw new Error(message);
    },
    store,
    holder: () => 'h',
    links: async () => () => 'https://reports.example.com/',
    mail: {
      mailboxes: new DynamoDbMailboxes(table, () => first.at),
      now: () => first.at,
      wait: () => Promise.reject(new Error('Nothing here should have to wait')),
      page: () => Promise.reject(new Error('Nothing here should need a person')),
    },
    notifiers: {
      slack: { tell: (_message, _channel, _around, { remember }) => remember('where its card is') },
    },
  };
  for (let seq = 1; seq <= messages; seq += 1)
    await deliverAll(ports, await receive(ports, runMessage({ ...first, seq, phase: 'observing' })));
  return count.take();
}
