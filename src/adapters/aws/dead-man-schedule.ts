import { createHash } from 'node:crypto';
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { AwsClients } from '../../aws/clients.ts';
import type { RunId } from '../../core/ids.ts';
import type { Ports } from '../../engine/ports.ts';

export interface DeadManSettings {
  readonly group: string;
  /** The published version of the dead-man function. */
  readonly functionArn: string;
  /** Lets Scheduler invoke that function. */
  readonly roleArn: string;
  readonly deadLetterArn: string;
}

/** A dead-man that could not take everything back comes again each minute, for a day. */
const retriedForMs = 24 * 60 * 60_000;

/** One schedule per run, which carries all that its dead-man needs. */
export function deadManSchedules(
  aws: AwsClients,
  settings: DeadManSettings,
): Pick<Ports, 'armDeadMan' | 'disarmDeadMan'> {
  return {
    async armDeadMan(run, at, units) {
      const client = aws.get(SchedulerClient);
      const name = scheduleName(run.id);
      const schedule: CreateScheduleCommandInput = {
        Name: name,
        GroupName: settings.group,
        Description: `Takes back the faults of run ${run.id}`.slice(0, 512),
        ScheduleExpression: 'rate(1 minute)',
        StartDate: new Date(at),
        EndDate: new Date(at + retriedForMs),
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: settings.functionArn,
          RoleArn: settings.roleArn,
          // The outbox is nothing to a dead-man, and may be long.
          Input: JSON.stringify({
            inoculate: 'dead-man/1',
            schedule: name,
            run: { ...run, outbox: [] },
            units,
          }),
          DeadLetterConfig: { Arn: settings.deadLetterArn },
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 300 },
        },
      };
      try {
        await client.send(new CreateScheduleCommand(schedule));
      } catch (error) {
        // Armed before, perhaps by a request whose answer was lost.
        if (!(error instanceof ConflictException)) throw error;
        await client.send(new UpdateScheduleCommand(schedule));
      }
    },
    disarmDeadMan: (id) => deleteSchedule(aws, settings.group, scheduleName(id)),
  };
}

/** One that is gone already is as good as deleted. */
export async function deleteSchedule(aws: AwsClients, group: string, name: string): Promise<void> {
  try {
    await aws.get(SchedulerClient).send(new DeleteScheduleCommand({ GroupName: group, Name: name }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

/** Scheduler takes names of at most 64 characters, and a run's id may be longer. */
export function scheduleName(id: RunId): string {
  return `run-${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}
