import type { Conditions } from './policy.ts';

/** What one function of the controller may do with the controller's own parts. */
export interface Grant {
  /** Letters and digits, unique in its role. */
  readonly sid: string;
  readonly actions: readonly string[];
  /** ARNs with `{partition}`, `{region}`, `{account}` and `{stage}`; `*` only where AWS knows no resource for the actions. */
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** For people. */
  readonly why: string;
  /** Lambda itself makes the call, with the function's role: no recorder sees it. */
  readonly madeByLambda?: true;
  /** Only where `custom.inoculate.rolePolicies` is true, or `custom.inoculate.heldOn` names a stage. */
  readonly onlyIf?: 'rolePolicies' | 'heldOn';
}

export function own(service: string, resource: string): string {
  return `arn:{partition}:${service}:{region}:{account}:${resource}`;
}

const table = (name: string): string => own('dynamodb', `table/inoculate-{stage}-${name}`);

/** `ForAllValues` alone is also true of a request that names no key at all. */
function keys(patterns: readonly string[]): Conditions {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

export interface TableAccess {
  readonly get?: readonly string[];
  /** Keys that one batch may mix. */
  readonly batchGet?: readonly string[];
  readonly query?: readonly string[];
  readonly put?: readonly string[];
  readonly update?: readonly string[];
  readonly batchWrite?: readonly string[];
  readonly delete?: readonly string[];
}

const tableActions: Readonly<Record<keyof TableAccess, string>> = {
  get: 'GetItem',
  batchGet: 'BatchGetItem',
  query: 'Query',
  put: 'PutItem',
  update: 'UpdateItem',
  batchWrite: 'BatchWriteItem',
  delete: 'DeleteItem',
};

/** Items of the control table, by their partition keys. */
export function controlTable(access: TableAccess, why: string): readonly Grant[] {
  return tableGrants('Control', table('control'), access, why);
}

/** Runs of the stage whose experiments must have held before those of this one. */
export const earlierStage: readonly Grant[] = tableGrants(
  'EarlierStage',
  own('dynamodb', 'table/inoculate-{heldOn}-control'),
  { get: ['run#*'], query: ['experiment#*'] },
  'whether the experiment held at the stage that the settings name',
).map((grant) => ({ ...grant, onlyIf: 'heldOn' }));

/** Items of the function table, by their partition keys. */
export function functionTable(access: TableAccess, why: string): readonly Grant[] {
  return tableGrants('Functions', table('functions'), access, why);
}

function tableGrants(name: string, resource: string, access: TableAccess, why: string): readonly Grant[] {
  return (Object.keys(tableActions) as (keyof TableAccess)[]).flatMap((verb) => {
    const patterns = access[verb];
    const action = tableActions[verb];
    return patterns === undefined
      ? []
      : [
          {
            sid: `${name}${action}`,
            actions: [`dynamodb:${action}`],
            resources: [resource],
            conditions: keys(patterns),
            why,
          },
        ];
  });
}

export const sendTicks: Grant = {
  sid: 'SendTicks',
  actions: ['sqs:SendMessage'],
  resources: [own('sqs', 'inoculate-{stage}-ticks')],
  why: 'the next tick of a run',
};

export const publishChanges: Grant = {
  sid: 'PublishChanges',
  actions: ['events:PutEvents'],
  resources: [own('events', 'event-bus/inoculate-{stage}')],
  conditions: {
    StringEquals: { 'events:source': 'inoculate', 'events:detail-type': 'Experiment Run State Change' },
  },
  why: 'each change of phase',
};

export const publishGameDays: Grant = {
  sid: 'PublishGameDays',
  actions: ['events:PutEvents'],
  resources: [own('events', 'event-bus/inoculate-{stage}')],
  conditions: {
    StringEquals: { 'events:source': 'inoculate', 'events:detail-type': 'Game Day State Change' },
  },
  why: 'each thing to tell of a game day',
};

export const callPeople: Grant = {
  sid: 'CallPeople',
  actions: ['sns:Publish'],
  resources: [own('sns', 'inoculate-{stage}-operators')],
  why: 'a revert that fails again and again',
};

export const readAlarms: Grant = {
  sid: 'ReadAlarms',
  actions: ['cloudwatch:DescribeAlarms'],
  resources: ['*'],
  why: 'states of the alarms that end a run; AWS answers for composite alarms only where all alarms may be described',
};

const deadMan = own('scheduler', 'schedule/inoculate-{stage}-runs/run-*');

export const armDeadMan: readonly Grant[] = [
  {
    sid: 'ArmDeadMan',
    actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule'],
    resources: [deadMan],
    why: 'the dead-man of a run, before its first fault',
  },
  passSchedulerRole(),
];

export const disarmDeadMan: Grant = {
  sid: 'DisarmDeadMan',
  actions: ['scheduler:DeleteSchedule'],
  resources: [deadMan],
  why: 'the dead-man of a run that has ended',
};

export function passSchedulerRole(): Grant {
  return {
    sid: 'PassSchedulerRole',
    actions: ['iam:PassRole'],
    resources: ['arn:{partition}:iam::{account}:role/inoculate-{stage}-{region}-scheduler'],
    conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    why: 'a schedule invokes a function by this role, which may do nothing else',
  };
}

/** Lambda reads the queue for the function, by the function's role. */
export function consume(queue: string): Grant {
  return {
    sid: 'ConsumeQueue',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [own('sqs', `inoculate-{stage}-${queue}`)],
    why: 'Lambda reads the queue that invokes the function',
    madeByLambda: true,
  };
}

export const deadLetters: Grant = {
  sid: 'DeadLetters',
  actions: ['sqs:SendMessage'],
  resources: [own('sqs', 'inoculate-{stage}-dead')],
  why: 'what the function could not take in the end',
  madeByLambda: true,
};

/** Its own log group, which the deployment makes. */
export function logs(functionName: string): Grant {
  return {
    sid: 'OwnLogs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [own('logs', `log-group:/aws/lambda/inoculate-{stage}-${functionName}:log-stream:*`)],
    why: 'its own log',
    madeByLambda: true,
  };
}

/** Secrets for Slack, in SSM or in Secrets Manager: that one is read through SSM, and asks for its own right as well. */
export function slackSecrets(names: readonly string[], why: string): readonly Grant[] {
  return [
    {
      sid: 'SlackSecrets',
      actions: ['ssm:GetParameter'],
      resources: names.flatMap((name) => [
        own('ssm', `parameter/inoculate/{stage}/slack/${name}`),
        own('ssm', `parameter/aws/reference/secretsmanager/inoculate/{stage}/slack/${name}`),
      ]),
      why,
    },
    {
      sid: 'SlackSecretsManager',
      actions: ['secretsmanager:GetSecretValue'],
      // Secrets Manager ends each ARN with six characters of its own.
      resources: names.map((name) =>
        own(
          'secretsmanager',
          `secret:inoculate/{stage}/slack/${name.endsWith('*') ? name : `${name}-??????`}`,
        ),
      ),
      why: `${why}; where they lie in Secrets Manager`,
    },
  ];
}
