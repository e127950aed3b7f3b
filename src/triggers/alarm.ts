import { validateAlarmNotificationMessage } from '../generated/validate-alarm-notification.js';
import { validateAlarmStateChangeMessage } from '../generated/validate-alarm-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

export interface AlarmState {
  readonly alarm: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
}

/** CloudWatch's own event, or the records of an SNS topic that alarms publish to. */
export function alarmStatesOf(event: unknown): readonly AlarmState[] {
  const messages = snsMessages(event);
  if (messages !== undefined) return messages.map(ofNotification);
  if (!validateAlarmStateChangeMessage(event))
    throw new InvalidEventError('change of an alarm', validateAlarmStateChangeMessage.errors);
  return [{ alarm: event.detail.alarmName, state: event.detail.state.value }];
}

function ofNotification(message: string): AlarmState {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    parsed = undefined;
  }
  if (!validateAlarmNotificationMessage(parsed))
    throw new InvalidEventError('notification of an alarm', validateAlarmNotificationMessage.errors);
  return { alarm: parsed.AlarmName, state: parsed.NewStateValue };
}

/** Undefined where the event does not come from SNS. */
function snsMessages(event: unknown): readonly string[] | undefined {
  if (typeof event !== 'object' || event === null || !('Records' in event)) return undefined;
  const { Records } = event;
  if (!Array.isArray(Records)) return undefined;
  return Records.map((record: unknown): string => {
    const sns = typeof record === 'object' && record !== null && 'Sns' in record ? record.Sns : undefined;
    const message = typeof sns === 'object' && sns !== null && 'Message' in sns ? sns.Message : undefined;
    return typeof message === 'string' ? message : '';
  });
}
