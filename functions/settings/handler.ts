import { answerSettings, openSettings, type SettingsAnswer } from '../../src/controller/settings.ts';
import { settingsRequestOf } from '../../src/triggers/settings-request.ts';

const ports = openSettings();

/** What the command line asks of the team's settings: to tell them, or to store them. Whoever may invoke it may do both. */
export function handler(event: unknown): Promise<SettingsAnswer> {
  return answerSettings(ports, settingsRequestOf(event));
}
