import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import type { AwsClients } from '../../aws/clients.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { Experiment } from '../../generated/types.ts';
import { TriggerError } from '../../registry/triggers.ts';

export interface ScheduleSettings {
  readonly scheduleGroup: string;
  readonly startArn: string;
  /** Lets Scheduler invoke `start`. */
  readonly roleArn: string;
  readonly deadLetterArn: string;
}

/** Scheduler replaces it with the time for which it was due, not when it came. */
const scheduledTime = '<aws.scheduler.scheduled-time>';

/** Creates the schedule of an experiment, or puts this in the place of an earlier one, switched on. */
export async function putExperimentSchedule(
  aws: AwsClients,
  settings: ScheduleSettings,
  name: string,
  { cron, rate, timezone }: NonNullable<Experiment['schedule']>,
  firstSlot: EpochMs | undefined,
): Promise<void> {
  const client = aws.get(SchedulerClient);
  const schedule: CreateScheduleCommandInput = {
    Name: name,
    GroupName: settings.scheduleGroup,
    Description: `Starts the experiment ${name}`,
    ScheduleExpression: cron === undefined ? `rate(${rate})` : `cron(${cron})`,
    ScheduleExpressionTimezone: timezone,
    // Without it a rate begins at once: registering would run the experiment.
    ...(firstSlot === undefined ? {} : { StartDate: new Date(firstSlot) }),
    State: 'ENABLED',
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
