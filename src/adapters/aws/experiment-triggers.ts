import { createHash } from 'node:crypto';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  InvalidEventPatternException,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import type { AwsClients } from '../../aws/clients.ts';
import type { Experiment } from '../../generated/types.ts';
import { type ExperimentTriggers, TriggerError } from '../../registry/triggers.ts';
import { deleteSchedule } from './dead-man-schedule.ts';

export interface TriggerSettings {
  /** Begins the names of all rules: `inoculate-dev`. */
  readonly prefix: string;
  readonly scheduleGroup: string;
  readonly startArn: string;
  /** Lets Scheduler invoke `start`. */
  readonly roleArn: string;
  readonly deadLetterArn: string;
}

/** EventBridge replaces it with a copy of the event that matched. */
const matchedEvent = '<aws.events.event>';
/** Scheduler replaces it with the time for which it was due, not when it came. */
const scheduledTime = '<aws.scheduler.scheduled-time>';
const targetId = 'start';

/** Schedules and event rules of experiments: after `sync` those of the experiment, and none of an earlier version. */
export function experimentTriggers(aws: AwsClients, settings: TriggerSettings): ExperimentTriggers {
  const events = aws.get(EventBridgeClient);
  const { scheduleGroup } = settings;

  async function sync(experiment: Experiment): Promise<void> {
    for (const { pattern } of experiment.triggers ?? []) await requirePattern(events, pattern);
    if (experiment.schedule === undefined) await deleteSchedule(aws, scheduleGroup, experiment.name);
    else await putSchedule(aws, settings, experiment.name, experiment.schedule);
    const wanted = await putRules(experiment);
    await deleteRules(experiment.name, wanted);
  }

  async function putRules({ name, triggers = [] }: Experiment): Promise<ReadonlySet<string>> {
    const rules = triggers.map(({ pattern, delay }, index) => ({
      rule: `${rulePrefix(name)}${index + 1}`,
      pattern,
      delayMs: delay ?? 0,
    }));
    for (const { rule, pattern, delayMs } of rules) {
      await events.send(
        new PutRuleCommand({
          Name: rule,
          Description: `Starts the experiment ${name}`,
          EventPattern: JSON.stringify(pattern),
          State: 'ENABLED',
        }),
      );
      const { FailedEntryCount, FailedEntries } = await events.send(
        new PutTargetsCommand({
          Rule: rule,
          Targets: [
            {
              Id: targetId,
              Arn: settings.startArn,
              DeadLetterConfig: { Arn: settings.deadLetterArn },
              InputTransformer: {
                InputTemplate: `{"inoculate":"trigger/1","experiment":${JSON.stringify(name)},"delayMs":${delayMs},"event":${matchedEvent}}`,
              },
            },
          ],
        }),
      );
      if ((FailedEntryCount ?? 0) > 0)
        throw new Error(`Rule ${rule} did not take its target: ${FailedEntries?.[0]?.ErrorMessage}`);
    }
    return new Set(rules.map(({ rule }) => rule));
  }

  async function deleteRules(name: string, keep: ReadonlySet<string>): Promise<void> {
    let token: string | undefined;
    do {
      const page = await events.send(
        new ListRulesCommand({
          NamePrefix: rulePrefix(name),
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      for (const { Name } of page.Rules ?? []) {
        if (Name === undefined || keep.has(Name)) continue;
        await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: [targetId] }));
        await events.send(new DeleteRuleCommand({ Name }));
      }
      token = page.NextToken;
    } while (token !== undefined);
  }

  /** Names of rules have 64 characters at most, and those of experiments alone may have as many. */
  function rulePrefix(name: string): string {
    return `${settings.prefix}-x-${createHash('sha256').update(name).digest('hex').slice(0, 16)}-`;
  }

  return {
    sync,
    async remove(name) {
      await deleteSchedule(aws, scheduleGroup, name);
      await deleteRules(name, new Set());
    },
  };
}

async function putSchedule(
  aws: AwsClients,
  settings: TriggerSettings,
  name: string,
  { cron, rate, timezone }: NonNullable<Experiment['schedule']>,
): Promise<void> {
  const client = aws.get(SchedulerClient);
  const schedule: CreateScheduleCommandInput = {
    Name: name,
    GroupName: settings.scheduleGroup,
    Description: `Starts the experiment ${name}`,
    ScheduleExpression: cron === undefined ? `rate(${rate})` : `cron(${cron})`,
    ScheduleExpressionTimezone: timezone,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: settings.startArn,
      RoleArn: settings.roleArn,
      Input: JSON.stringify({ inoculate: 'slot/1', experiment: name, at: scheduledTime }),
      DeadLetterConfig: { Arn: settings.deadLetterArn },
      // A slot that is older is refused anyway.
      RetryPolicy: { MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 10 },
    },
  };
  try {
    try {
      await client.send(new CreateScheduleCommand(schedule));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      await client.send(new UpdateScheduleCommand(schedule));
    }
  } catch (error) {
    if (error instanceof ValidationException)
      throw new TriggerError('schedule', error.message, { cause: error });
    throw error;
  }
}

/** A pattern that EventBridge does not take is an error of the file, told before anything is changed. */
async function requirePattern(events: EventBridgeClient, pattern: Record<string, unknown>): Promise<void> {
  const sample = {
    id: '1',
    account: '123456789012',
    source: 'inoculate.test',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'test',
    detail: {},
  };
  try {
    await events.send(
      new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(sample) }),
    );
  } catch (error) {
    if (error instanceof InvalidEventPatternException)
      throw new TriggerError('pattern', error.message, { cause: error });
    throw error;
  }
}
