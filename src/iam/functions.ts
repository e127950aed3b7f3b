import type { Permission } from '../aws/permission.ts';
import {
  armDeadMan,
  callPeople,
  consume,
  controlTable,
  deadLetters,
  disarmDeadMan,
  earlierStage,
  functionTable,
  type Grant,
  logs,
  own,
  passSchedulerRole,
  publishChanges,
  publishGameDays,
  readAlarms,
  sendTicks,
  slackSecrets,
} from './grants.ts';

/** One function of the controller: what it may do, and for which steps it may touch targets. */
export interface ControllerFunction {
  /** For people: what it is there for. */
  readonly does: string;
  /** Steps of faults that it carries out: it may make their calls on targets, and no others. */
  readonly steps: readonly Permission['during'][number][];
  /** It reads what signals are made of. */
  readonly observes: boolean;
  readonly grants: readonly Grant[];
  readonly onlyIf?: 'rolePolicies';
}

/** The engine's loop, whoever runs it: load, save, journal, tell, next tick. */
const loop: readonly Grant[] = [sendTicks, publishChanges];
const reverts = ['revert', 'read'] as const;
const everyStep = ['resolve', 'capture', 'apply', 'revert', 'read'] as const;
const runState = ['run#*', 'settings'] as const;

const wholeRuns: readonly Grant[] = [
  ...functionTable(
    { get: ['dose#*'], update: ['dose#*'], query: ['telemetry#*'] },
    'doses are written, read back and replaced by a tombstone; telemetry is summed',
  ),
  ...loop,
  callPeople,
  readAlarms,
  ...armDeadMan,
  disarmDeadMan,
  ...earlierStage,
];

const wholeRunsTable = {
  get: ['run#*', 'lock#*', 'settings', 'guardrails'],
  batchGet: runState,
  query: ['active'],
  put: ['run#*'],
  update: ['run#*', 'lock#*', 'active'],
} as const;

/** What an early end needs: the run, its undo records, locks and leases, and its doses. */
const earlyEndTable = {
  get: ['run#*', 'settings'],
  batchGet: runState,
  put: ['run#*'],
  update: ['run#*', 'lock#*', 'active'],
  batchWrite: ['alarm#*'],
} as const;

const earlyEnd: readonly Grant[] = [
  ...functionTable(
    { get: ['dose#*'], update: ['dose#*'] },
    'doses are replaced by a tombstone and read back',
  ),
  ...loop,
  callPeople,
  disarmDeadMan,
];

/** Names of buckets are unique in all of AWS. */
const reports = 'inoculate-{stage}-reports-{account}-{region}';

const invokeRolePolicy: Grant = {
  sid: 'InvokeRolePolicy',
  actions: ['lambda:InvokeFunction'],
  resources: [own('lambda', 'function:inoculate-{stage}-role-policy')],
  why: 'lambda.dependency-denied: policies of roles are put and removed by a function of their own',
  onlyIf: 'rolePolicies',
};

/** On the default bus, and on any other. */
const experimentRules = [
  own('events', 'rule/inoculate-{stage}-x-*'),
  own('events', 'rule/*/inoculate-{stage}-x-*'),
];

/** What a new run needs: its experiment, what its guards ask, and its first state. */
const newRunTable = {
  get: ['experiments', 'experiment#*', 'guardrails', 'settings', 'run#*'],
  batchGet: runState,
  query: ['active'],
  put: ['run#*', 'experiment#*'],
  update: ['active'],
} as const;

/** Decisions on runs that wait: the run is stored anew and told of, and its next tick sent; that tick does the rest. */
const decides: readonly Grant[] = [
  ...controlTable(
    {
      get: ['experiments', 'guardrails', 'session#*', 'settings'],
      batchGet: runState,
      put: ['run#*', 'session#*'],
    },
    'the run or the game day that somebody decides on, who registered it, and what the settings let them do',
  ),
  ...loop,
  publishGameDays,
];

/** The controller's functions, by what follows `inoculate-STAGE-` in their names. */
export const controllerFunctions = {
  start: {
    does: 'takes schedules, events and requests, and makes the run',
    steps: ['resolve'],
    observes: false,
    grants: [
      ...controlTable(
        newRunTable,
        'the registered experiment, the new run, how many others are under way, the kill switch',
      ),
      ...loop,
      readAlarms,
      ...earlierStage,
      deadLetters,
      logs('start'),
    ],
  },
  requests: {
    does: 'registers experiments and game days, lists and shows; never starts a run, never touches a target',
    steps: [],
    observes: false,
    grants: [
      ...controlTable(
        {
          get: ['experiments', 'gamedays', 'guardrails', 'session#*', 'settings', 'run#*'],
          batchGet: runState,
          query: ['active', 'experiments', 'experiment#*', 'gamedays', 'gameday#*', 'run#*', 'sessions'],
          put: ['experiments', 'experiment#*', 'gamedays', 'gameday#*', 'planned'],
          batchWrite: ['experiments', 'gamedays', 'planned'],
        },
        'the registry is written; runs, journals and the settings are read',
      ),
      ...functionTable({ get: ['dose#*'] }, 'the key that a directive is signed with stands in the dose'),
      {
        sid: 'ExperimentSchedules',
        actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
        resources: [
          own('scheduler', 'schedule/inoculate-{stage}-experiments/*'),
          own('scheduler', 'schedule/inoculate-{stage}-gamedays/*'),
        ],
        why: 'schedules of registered experiments and game days',
      },
      passSchedulerRole(),
      {
        sid: 'ExperimentRules',
        actions: ['events:PutRule', 'events:RemoveTargets', 'events:DeleteRule'],
        resources: experimentRules,
        why: 'rules for the events that start registered experiments',
      },
      {
        sid: 'ExperimentRuleTargets',
        actions: ['events:PutTargets'],
        resources: experimentRules,
        conditions: {
          'ForAllValues:ArnEquals': {
            'events:TargetArn': [own('lambda', 'function:inoculate-{stage}-start')],
          },
          Null: { 'events:TargetArn': 'false' },
        },
        why: 'such a rule starts runs, and nothing else',
      },
      {
        sid: 'FindRules',
        actions: ['events:ListEventBuses', 'events:ListRules', 'events:TestEventPattern'],
        resources: ['*'],
        why: 'rules are looked for on every bus, and patterns tried before any is changed; these read, and change nothing',
      },
      logs('requests'),
    ],
  },
  planner: {
    does: 'makes runs of schedules ahead of time; makes the sessions of game days, starts their runs, and ends them early',
    steps: ['resolve', ...reverts],
    observes: false,
    grants: [
      ...controlTable(
        {
          get: [...newRunTable.get, 'gamedays', 'session#*'],
          batchGet: runState,
          query: [...newRunTable.query, 'gamedays', 'planned', 'sessions'],
          put: [...newRunTable.put, 'gameday#*', 'planned', 'session#*', 'sessions'],
          update: [...newRunTable.update, 'run#*', 'lock#*'],
          batchWrite: ['alarm#*', 'planned', 'sessions'],
          delete: ['planned'],
        },
        'what is to be made ahead; game days, their sessions, the runs that they start, and what it takes to end these',
      ),
      ...earlyEnd,
      publishGameDays,
      readAlarms,
      ...earlierStage,
      deadLetters,
      invokeRolePolicy,
      logs('planner'),
    ],
  },
  tick: {
    does: 'drives a run from second to second: checks, injects, looks, reverts',
    steps: everyStep,
    observes: true,
    grants: [
      ...controlTable(
        { ...wholeRunsTable, batchWrite: ['alarm#*'] },
        'the run, its undo records and journal, locks and leases, which alarms it watches',
      ),
      ...wholeRuns,
      consume('ticks'),
      invokeRolePolicy,
      logs('tick'),
    ],
  },
  sweep: {
    does: 'looks after every active run each minute: the third way out',
    steps: everyStep,
    observes: true,
    grants: [
      ...controlTable(
        { ...wholeRunsTable, batchWrite: ['alarm#*', 'active'] },
        'the same as tick, and the entries of runs that are over',
      ),
      ...wholeRuns,
      invokeRolePolicy,
      logs('sweep'),
    ],
  },
  alarm: {
    does: 'ends the runs that watch an alarm, and takes their faults back',
    steps: reverts,
    observes: false,
    grants: [
      ...controlTable(
        { ...earlyEndTable, query: ['alarm#*'] },
        'the runs that watch the alarm, and what their reverts need',
      ),
      ...earlyEnd,
      deadLetters,
      invokeRolePolicy,
      logs('alarm'),
    ],
  },
  stop: {
    does: 'ends one run, a game day, or by the kill switch everything, for a person',
    steps: reverts,
    observes: false,
    grants: [
      ...controlTable(
        {
          ...earlyEndTable,
          get: [...earlyEndTable.get, 'session#*'],
          query: ['active'],
          put: [...earlyEndTable.put, 'session#*'],
          update: [...earlyEndTable.update, 'settings'],
        },
        'the runs and sessions to be ended, what their reverts need, and the kill switch',
      ),
      ...earlyEnd,
      publishGameDays,
      deadLetters,
      invokeRolePolicy,
      logs('stop'),
    ],
  },
  deadman: {
    does: 'takes back what its schedule says, whatever became of the rest: the second way out',
    steps: reverts,
    observes: false,
    grants: [
      ...controlTable({ update: ['lock#*'] }, 'leases, so that two reverts do not meet'),
      ...functionTable(
        { get: ['dose#*'], update: ['dose#*'] },
        'doses are replaced by a tombstone and read back',
      ),
      disarmDeadMan,
      deadLetters,
      invokeRolePolicy,
      logs('deadman'),
    ],
  },
  notify: {
    does: 'tells the channels of each change of phase',
    steps: [],
    observes: false,
    grants: [
      ...controlTable(
        {
          get: ['mail#*', 'mailboxes', 'guardrails', 'run#*'],
          batchGet: runState,
          query: ['mail#*', 'mailboxes', 'run#*'],
          put: ['mail#*'],
          update: ['mailboxes'],
          batchWrite: ['mail#*'],
          delete: ['mailboxes'],
        },
        'what each channel has yet to be told; runs and journals are read, to say more than that something changed',
      ),
      {
        sid: 'TellTopic',
        actions: ['sns:Publish'],
        resources: [own('sns', 'inoculate-{stage}')],
        why: 'the topic of notifications',
      },
      { ...callPeople, why: 'a channel that cannot be told' },
      ...slackSecrets(['bot-token', 'webhooks/*'], 'the bot token and addresses of webhooks are secrets'),
      consume('notify'),
      logs('notify'),
    ],
  },
  report: {
    does: 'writes the reports of what has ended',
    steps: [],
    observes: false,
    grants: [
      ...controlTable(
        { get: ['run#*', 'session#*'], batchGet: runState, query: ['run#*'] },
        'what has ended: a session, its runs and their journals',
      ),
      {
        sid: 'WriteReports',
        actions: ['s3:PutObject'],
        resources: [`arn:{partition}:s3:::${reports}/runs/*`, `arn:{partition}:s3:::${reports}/gamedays/*`],
        why: 'reports are written, and neither read nor removed',
      },
      deadLetters,
      logs('report'),
    ],
  },
  settings: {
    does: 'keeps the settings of the team; never starts a run, never touches a target',
    steps: [],
    observes: false,
    grants: [
      ...controlTable(
        { get: ['guardrails'], batchGet: ['guardrails'], put: ['guardrails'] },
        'the settings in force, and every version before them',
      ),
      logs('settings'),
    ],
  },
  approve: {
    does: 'approves, declines and postpones runs for people at the command line; begins none, touches no target',
    steps: [],
    observes: false,
    grants: [...decides, ...slackSecrets(['bot-token'], 'who is in a Slack group'), logs('approve')],
  },
  slack: {
    does: 'takes what Slack sends to a public address, and hands on what Slack has signed; nothing else',
    steps: [],
    observes: false,
    grants: [
      ...controlTable({ put: ['slack-request'] }, 'requests that were here before are refused'),
      ...slackSecrets(['signing-secret'], 'what Slack signs its requests with'),
      {
        sid: 'PassWork',
        actions: ['sqs:SendMessage'],
        resources: [own('sqs', 'inoculate-{stage}-slack')],
        why: 'what is asked in Slack, for the function that does it',
      },
      logs('slack'),
    ],
  },
  'slack-worker': {
    does: 'does what was asked in Slack, by the functions that do it for the command line; decides on runs itself',
    steps: [],
    observes: false,
    grants: [
      ...decides,
      ...slackSecrets(['bot-token'], 'who is in a Slack group'),
      {
        sid: 'InvokeFunctions',
        actions: ['lambda:InvokeFunction'],
        resources: ['requests', 'start', 'stop', 'planner'].map((name) =>
          own('lambda', `function:inoculate-{stage}-${name}`),
        ),
        why: 'what the command line asks of the same functions',
      },
      consume('slack'),
      logs('slack-worker'),
    ],
  },
  'role-policy': {
    does: 'puts and removes deny policies on roles, for lambda.dependency-denied alone',
    steps: [],
    observes: false,
    onlyIf: 'rolePolicies',
    grants: [logs('role-policy')],
  },
} as const satisfies Readonly<Record<string, ControllerFunction>>;

export type ControllerFunctionName = keyof typeof controllerFunctions;
