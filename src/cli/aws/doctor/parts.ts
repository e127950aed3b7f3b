import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../../aws/clients.ts';
import { ask } from '../ask.ts';
import type { Remote } from '../remote.ts';
import { type Check, type Finding, ok, warning, wrong } from './finding.ts';
import { settingsInForce } from './settings.ts';

const notFound: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/** Tables, bus, queues, the controller's own alarms, the kill switch and the settings. */
export function parts(remote: Remote): readonly Check[] {
  const { aws, stage } = remote;
  const name = (part: string): string => `inoculate-${stage}-${part}`;
  const whole =
    (look: () => Promise<readonly Finding[]>, what: string) => async (): Promise<readonly Finding[]> => {
      try {
        return await look();
      } catch (error) {
        if (!(error instanceof Error) || !notFound.has(error.name)) throw error;
        return [wrong(`there is no ${what}`, `serverless deploy --stage ${stage}`)];
      }
    };
  return [
    ...['control', 'functions'].map((part) => ({
      name: `table ${part}`,
      look: whole(() => table(aws, name(part)), `table ${name(part)}`),
    })),
    { name: 'bus', look: whole(() => bus(aws, `inoculate-${stage}`), `event bus inoculate-${stage}`) },
    ...['ticks', 'notify'].map((part) => ({
      name: `queue ${part}`,
      look: whole(() => queue(aws, name(part)), `queue ${name(part)}`),
    })),
    ...['ticks-dead', 'notify-dead', 'dead'].map((part) => ({
      name: `queue ${part}`,
      look: whole(() => deadLetters(aws, name(part)), `queue ${name(part)}`),
    })),
    { name: 'own alarms', look: () => ownAlarms(aws, stage) },
    { name: 'kill switch', look: () => killSwitch(remote) },
    { name: 'settings', look: () => settingsInForce(remote) },
  ];
}

async function table(aws: AwsClients, TableName: string): Promise<readonly Finding[]> {
  const { Table } = await aws.get(DynamoDBClient).send(new DescribeTableCommand({ TableName }));
  return Table?.TableStatus === 'ACTIVE'
    ? [ok('is active')]
    : [wrong(`${TableName} is ${Table?.TableStatus}`, 'wait a moment, or look at it in DynamoDB')];
}

async function bus(aws: AwsClients, Name: string): Promise<readonly Finding[]> {
  await aws.get(EventBridgeClient).send(new DescribeEventBusCommand({ Name }));
  return [ok(`${Name} is there`)];
}

async function messagesIn(aws: AwsClients, QueueName: string): Promise<number> {
  const sqs = aws.get(SQSClient);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
}

async function queue(aws: AwsClients, name: string): Promise<readonly Finding[]> {
  await messagesIn(aws, name);
  return [ok('is there')];
}

async function deadLetters(aws: AwsClients, name: string): Promise<readonly Finding[]> {
  const count = await messagesIn(aws, name);
  return count === 0
    ? [ok('is empty')]
    : [
        wrong(
          `${count} message${count === 1 ? '' : 's'} could not be handled in any attempt`,
          `look at ${name} and the logs of that time; then purge it`,
        ),
      ];
}

/** Among them: whether the sweep ran in the last minutes. */
async function ownAlarms(aws: AwsClients, stage: string): Promise<readonly Finding[]> {
  const { MetricAlarms = [] } = await aws
    .get(CloudWatchClient)
    .send(new DescribeAlarmsCommand({ AlarmNamePrefix: `inoculate-${stage}-`, MaxRecords: 100 }));
  if (MetricAlarms.length === 0)
    return [wrong('the controller has no alarms of its own', `serverless deploy --stage ${stage}`)];
  const firing = MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM');
  if (firing.length > 0)
    return firing.map(({ AlarmName, AlarmDescription = '' }) =>
      wrong(`${AlarmName} is firing. ${AlarmDescription}`, 'docs/AWS.md says what each means'),
    );
  const sweep = MetricAlarms.find(({ AlarmName }) => AlarmName === `inoculate-${stage}-sweep-not-running`);
  return sweep?.StateValue === 'OK'
    ? [ok(`none of ${MetricAlarms.length} is firing: the sweep runs, and nothing is left undone`)]
    : [
        warning(
          `none of ${MetricAlarms.length} is firing, but it is not known yet whether the sweep runs`,
          'look again five minutes after the deployment',
        ),
      ];
}

async function killSwitch(remote: Remote): Promise<readonly Finding[]> {
  const { killSwitch: on } = await ask(remote, { inoculate: 'status/1' });
  return on
    ? [warning('is on: no run starts', `inoculate kill-switch off --stage ${remote.stage}`)]
    : [ok('is off')];
}
