import {
  ConflictException,
  type CreateScheduleCommandInput,
  ResourceNotFoundException,
} from '@aws-sdk/client-scheduler';
import { type FakeService, thrown } from './fake-aws.ts';

interface Named {
  readonly Name: string;
  readonly GroupName?: string;
}

/** Schedules in any group, as EventBridge Scheduler keeps them. */
export class FakeScheduler {
  /** By `GROUP/NAME`. */
  readonly schedules = new Map<string, CreateScheduleCommandInput>();

  readonly service: FakeService = {
    CreateSchedule: (input: CreateScheduleCommandInput & Named) => {
      if (this.schedules.has(keyOf(input)))
        throw new ConflictException({
          ...thrown(409, `Schedule ${input.Name} already exists.`),
          Message: 'exists',
        });
      this.schedules.set(keyOf(input), input);
      return {};
    },
    UpdateSchedule: (input: CreateScheduleCommandInput & Named) => {
      this.#require(input);
      this.schedules.set(keyOf(input), input);
      return {};
    },
    DeleteSchedule: (input: Named) => {
      this.#require(input);
      this.schedules.delete(keyOf(input));
      return {};
    },
  };

  #require(input: Named): void {
    if (!this.schedules.has(keyOf(input)))
      throw new ResourceNotFoundException({
        ...thrown(404, `Schedule ${input.Name} does not exist.`),
        Message: 'absent',
      });
  }
}

function keyOf({ Name, GroupName = 'default' }: Named): string {
  return `${GroupName}/${Name}`;
}
