import { resolve } from 'node:path';
import { systemClock } from '../../adapters/system-clock.ts';
import type { EpochMs } from '../../core/ids.ts';
import { resolveUnits } from '../../core/units.ts';
import { settingsSchema } from '../../generated/catalogue.ts';
import type { Settings } from '../../generated/types.ts';
import { validateResolvedSettings } from '../../generated/validate-resolved-settings.js';
import { findSettingsProblems } from '../../settings/checks.ts';
import type { CalendarText } from '../../settings/closed-checks.ts';
import type { ClosedTimes } from '../../settings/closed.ts';
import { limitsAt } from '../../settings/limits.ts';
import { checkText } from './check-text.ts';
import type { FileProblem } from './file-problem.ts';
import { type OpenedFile, openFile, type Refused } from './open-file.ts';
import { readSource, type Source } from './source.ts';

export interface ReadSettings {
  readonly ok: true;
  readonly kind: 'settings';
  readonly settings: Settings;
  /** Freezes, holidays and calendars of the stage that was asked about. */
  readonly closed: ClosedTimes;
  readonly source: Source;
}

export interface SettingsOptions {
  readonly stage: string;
  readonly cwd?: string;
  /** Without it: now. */
  readonly now?: EpochMs;
}

/** Settings from a YAML or JSON file, with the holidays and calendars that they name; or everything that is wrong. */
export async function readSettingsFile(
  path: string,
  options: SettingsOptions,
): Promise<ReadSettings | Refused> {
  const opened = openFile(path, options);
  return opened.ok ? readSettingsText(opened, options) : opened;
}

/** The same of a text that has been read. */
export async function readSettingsText(
  { source, folder }: Pick<OpenedFile, 'source' | 'folder'>,
  { stage, now = systemClock.now() }: SettingsOptions,
): Promise<ReadSettings | Refused> {
  const checked = checkText(source, 'settings', (_kind, value) => {
    const resolved = resolveUnits(settingsSchema, value);
    return [...resolved.problems, ...findSettingsProblems(resolved.value, stage)];
  });
  // Holidays of the whole world are loaded only by who asks for them.
  const [{ closedTimes }, { findClosedProblems }] = await Promise.all([
    import('../../settings/closed.ts'),
    import('../../settings/closed-checks.ts'),
  ]);
  const calendar = calendarsIn(folder);
  const later = findClosedProblems(checked.value, now, calendar);
  const problems = inOrder([...checked.problems, ...checked.locate(later)]);
  if (problems.length > 0) return { ok: false, problems };
  const settings = resolveUnits(settingsSchema, checked.value).value;
  if (!validateResolvedSettings(settings))
    throw new Error(
      `${source.file}: checked settings do not resolve: ${JSON.stringify(validateResolvedSettings.errors)}`,
    );
  const closed = closedTimes(limitsAt(settings, stage), now, (file) => textOf(calendar(file)));
  return { ok: true, kind: 'settings', settings, closed, source };
}

/** What people exchange as a calendar of a few years. */
const maxCalendarBytes = 4 * 1024 * 1024;

/** Calendars beside the file, each read once. */
function calendarsIn(folder: string): (file: string) => CalendarText {
  const read = new Map<string, CalendarText>();
  return (file) => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const found = readSource(resolve(folder, file), file, maxCalendarBytes);
    const text: CalendarText = found.ok
      ? { ok: true, text: found.source.text }
      : { ok: false, message: found.message };
    read.set(file, text);
    return text;
  };
}

function textOf(calendar: CalendarText): string {
  if (!calendar.ok) throw new Error(`${calendar.message}, which has been told`);
  return calendar.text;
}

function inOrder(problems: readonly FileProblem[]): readonly FileProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
