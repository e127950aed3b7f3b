import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretReader } from '../adapters/aws/secrets.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { Told } from '../adapters/told.ts';
import { AwsClients } from '../aws/clients.ts';
import type { RunStateChangeMessage } from '../generated/types.ts';
import type { Notifier } from '../notifiers/notifier.ts';
import { slackNotifier } from '../notifiers/slack.ts';
import { snsNotifier } from '../notifiers/sns.ts';
import { controllerEnvironment } from './environment.ts';

/** Slack's own limit is on us, not on them: a webhook answers within a second or two. */
const slackTimeoutMs = 8_000;

export interface NotifyPorts {
  /** By what stands before the colon of a channel. */
  readonly notifiers: Readonly<Record<string, Notifier>>;
  readonly told: Pick<Told, 'has' | 'add'>;
}

export function openNotifier(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): NotifyPorts {
  const environment = controllerEnvironment(variables);
  const secrets = secretReader(aws, systemClock, { stage: environment.stage, keeper: environment.secrets });
  const table = new DynamoDbTable(aws.get(DynamoDBClient), environment.controlTable, wait);
  return {
    told: new Told(table, () => systemClock.now()),
    notifiers: {
      sns: snsNotifier(aws, environment.topicArn),
      slack: slackNotifier({
        webhook: (channel) => secrets(`slack/webhooks/${channel}`),
        timeoutMs: slackTimeoutMs,
      }),
    },
  };
}

/** Tells every channel that does not know yet. One that fails keeps no other from being told; then this throws. */
export async function notify({ notifiers, told }: NotifyPorts, change: RunStateChangeMessage): Promise<void> {
  const results = await Promise.allSettled(
    change.channels.map(async (name) => {
      const [sort = '', channel = ''] = name.split(/:(.*)/s);
      const notifier = Object.hasOwn(notifiers, sort) ? notifiers[sort] : undefined;
      if (notifier === undefined) throw new Error(`There is no sort of channel ${JSON.stringify(sort)}`);
      if (await told.has(change.runId, change.seq, name)) return;
      await notifier.tell(change, channel);
      await told.add(change.runId, change.seq, name);
    }),
  );
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `${failures.length} of ${results.length} channels were not told: ${failures.map(String).join('; ')}`,
    );
}
