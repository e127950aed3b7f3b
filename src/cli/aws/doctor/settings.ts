import { systemClock } from '../../../adapters/system-clock.ts';
import { parseDate } from '../../../core/calendar/dates.ts';
import { dayAt } from '../../../settings/moments.ts';
import { askAboutSettings } from '../ask.ts';
import type { Remote } from '../remote.ts';
import { ago } from '../words.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';

/** Whoever stores the file again every few months never reads this. */
const tooSoonDays = 60;

/** Whether a team has said what may run here, and whether that still holds in two months. */
export async function settingsInForce(remote: Remote): Promise<readonly Finding[]> {
  const { stage } = remote;
  const answer = await askAboutSettings(remote, { inoculate: 'settings-get/1' });
  if (answer.result !== 'settings') throw new Error(`The settings in force cannot be ${answer.result}`);
  const { guardrails, stored } = answer;
  const again = `inoculate settings FILE --stage ${stage}`;
  if (stored === null)
    return [
      warning(
        'none are stored: windows, freezes, approvals and who may do what are as without any',
        `${again}; docs/SETTINGS.md has an example`,
      ),
    ];
  if (guardrails.refusedHere !== null)
    return [wrong(guardrails.refusedHere, `${again}, with settings that allow stage ${stage}`)];
  const { closedKnownUntil: until, timezone } = guardrails;
  const last = until === null ? undefined : parseDate(until);
  const days = last === undefined ? Infinity : last - dayAt(systemClock.now(), timezone);
  if (days < tooSoonDays)
    return [
      warning(
        days < 0
          ? `holidays and calendars were known until ${until}: nothing runs any more`
          : `holidays and calendars are known until ${until} only: nothing runs after that`,
        `${again} with the same file reads them anew, for three years`,
      ),
    ];
  return [ok(`version ${stored.version}, stored ${ago(stored.at)} by ${stored.by}`)];
}
