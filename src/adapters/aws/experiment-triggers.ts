import type { AwsClients } from '../../aws/clients.ts';
import type { ExperimentTriggers } from '../../registry/triggers.ts';
import { deleteSchedule } from './dead-man-schedule.ts';
import { deleteRules, putRules, requireRules, type RuleSettings } from './experiment-rules.ts';
import { putExperimentSchedule, type ScheduleSettings } from './experiment-schedule.ts';

export type TriggerSettings = RuleSettings & ScheduleSettings;

/** Schedules and event rules of experiments: after `sync` those of the experiment, and none of an earlier version. */
export function experimentTriggers(aws: AwsClients, settings: TriggerSettings): ExperimentTriggers {
  return {
    async sync({ name, schedule, triggers = [] }, firstSlot) {
      await requireRules(aws, triggers);
      if (schedule === undefined) await deleteSchedule(aws, settings.scheduleGroup, name);
      else await putExperimentSchedule(aws, settings, name, schedule, firstSlot);
      await deleteRules(aws, settings, name, await putRules(aws, settings, name, triggers));
    },
    async remove(name) {
      await deleteSchedule(aws, settings.scheduleGroup, name);
      await deleteRules(aws, settings, name, []);
    },
  };
}
