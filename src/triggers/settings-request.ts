import type { SettingsMessage } from '../generated/types.ts';
import { validateSettingsMessage } from '../generated/validate-settings.js';
import { InvalidEventError } from './invalid-event.ts';

/** What the command line asks of the settings. */
export function settingsRequestOf(event: unknown): SettingsMessage {
  if (!validateSettingsMessage(event))
    throw new InvalidEventError('request about settings', validateSettingsMessage.errors);
  return event;
}
