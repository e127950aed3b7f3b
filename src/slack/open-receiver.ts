import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readSecret } from '../adapters/aws/secrets.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import { controllerEnvironment } from '../controller/environment.ts';
import type { ReceivePorts } from './receive.ts';
import { signingSecret } from './signing-secret.ts';

/** The public function's way to AWS: one secret, one partition of the table, one queue. */
export function openReceiver(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 2 }),
): ReceivePorts {
  const { stage, secrets: keeper, controlTable } = controllerEnvironment(variables);
  const queueUrl = variables['INOCULATE_SLACK_QUEUE_URL'];
  if (queueUrl === undefined || queueUrl === '')
    throw new Error('This function needs the variable INOCULATE_SLACK_QUEUE_URL: deploy the controller anew');
  const table = new DynamoDbTable(aws.get(DynamoDBClient), controlTable, wait);
  const now = (): number => systemClock.now();
  return {
    now,
    secret: signingSecret(() => readSecret(aws, { stage, keeper }, 'slack/signing-secret'), now),
    firstTime: (id, until) =>
      table.put(
        { pk: 'slack-request', sk: id },
        { ttl: { N: String(Math.ceil(until / 1000)) } },
        { if: 'attribute_not_exists(pk)' },
      ),
    pass: async (work) => {
      await aws
        .get(SQSClient)
        .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(work) }));
    },
  };
}
