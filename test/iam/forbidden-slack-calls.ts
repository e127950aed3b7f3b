import { but, control, item, key, type Listed } from './listed-calls.ts';

/** What the functions for Slack and for approvals must not be able to do. */
export const forbiddenInSlack: readonly Listed[] = [
  ['the public function reads no table', ['slack'], 'dynamodb', 'GetItem', key(control, 'slack-request')],
  ['the public function writes no run', ['slack'], 'dynamodb', 'PutItem', item(control, 'run#x')],
  [
    'the public function invokes nothing',
    ['slack'],
    'lambda',
    'Invoke',
    { FunctionName: 'inoculate-dev-stop' },
  ],
  [
    'the public function fills no other queue',
    ['slack'],
    'sqs',
    'SendMessage',
    { QueueUrl: 'https://sqs/1/inoculate-dev-ticks' },
  ],
  [
    'the public function speaks to nobody in Slack',
    ['slack'],
    'ssm',
    'GetParameter',
    { Name: '/inoculate/dev/slack/bot-token' },
  ],
  [
    'nobody else could sign for Slack',
    but('slack'),
    'ssm',
    'GetParameter',
    { Name: '/inoculate/dev/slack/signing-secret' },
  ],
  [
    'whoever approves a run takes no lock for it',
    ['approve', 'slack-worker'],
    'dynamodb',
    'UpdateItem',
    key(control, 'lock#x'),
  ],
  [
    'whoever approves a run widens no settings',
    ['approve', 'slack-worker'],
    'dynamodb',
    'PutItem',
    item(control, 'guardrails'),
  ],
  [
    'only notify reads webhooks',
    but('notify'),
    'ssm',
    'GetParameter',
    { Name: '/inoculate/dev/slack/webhooks/chaos' },
  ],
];
