import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { AwsClients } from '../../aws/clients.ts';
import { spanOf } from '../../core/gameday/window.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { Clock } from '../../engine/ports.ts';
import type { GameDaySchedules } from '../../registry/gamedays.ts';
import { deleteSchedule } from './dead-man-schedule.ts';

export interface GameDayScheduleSettings {
  readonly group: string;
  readonly plannerArn: string;
  /** Lets Scheduler invoke the planner. */
  readonly roleArn: string;
  readonly deadLetterArn: string;
}

/** One schedule for the start of each game day that is still to come; it goes by itself once it has fired. */
export function gameDaySchedules(
  aws: AwsClients,
  clock: Pick<Clock, 'now'>,
  settings: GameDayScheduleSettings,
): GameDaySchedules {
  const { group } = settings;
  return {
    async sync(gameDay) {
      const startAt = spanOf(gameDay)?.startAt;
      if (startAt === undefined || startAt <= clock.now()) await deleteSchedule(aws, group, gameDay.name);
      else await put(aws, scheduleOf(gameDay.name, startAt, settings));
    },
    remove: (name) => deleteSchedule(aws, group, name),
  };
}

async function put(aws: AwsClients, schedule: CreateScheduleCommandInput): Promise<void> {
  const client = aws.get(SchedulerClient);
  try {
    await client.send(new CreateScheduleCommand(schedule));
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
    await client.send(new UpdateScheduleCommand(schedule));
  }
}

/** The instant in UTC: it exists once, whatever the clocks of the game day's time zone do on that day. */
function scheduleOf(
  name: string,
  startAt: EpochMs,
  { group, plannerArn, roleArn, deadLetterArn }: GameDayScheduleSettings,
): CreateScheduleCommandInput {
  const at = new Date(startAt).toISOString();
  return {
    Name: name,
    GroupName: group,
    Description: `Begins the game day ${name}`,
    ScheduleExpression: `at(${at.slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: plannerArn,
      RoleArn: roleArn,
      Input: JSON.stringify({ inoculate: 'gameday-slot/1', gameDay: name, at }),
      DeadLetterConfig: { Arn: deadLetterArn },
      // Later, the session looks after itself every minute.
      RetryPolicy: { MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 10 },
    },
  };
}
