import type { SessionLine } from '../../controller/gameday/requests.ts';
import { dayAndTime } from '../../core/calendar/words.ts';
import { spanOf } from '../../core/gameday/window.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { GameDay } from '../../generated/types.ts';
import { instant } from '../../report/format.ts';
import { ago } from '../aws/words.ts';

/** "begins Friday 2026-12-04 at 10:00 (Europe/Berlin)"; "begins when a person starts it" */
export function beginsAt(gameDay: Pick<GameDay, 'window'>): string {
  const span = spanOf(gameDay);
  return span === null ? 'begins when a person starts it' : `begins ${whenIn(gameDay, span.startAt)}`;
}

/** An instant in the game day's own time zone. */
export function whenIn({ window }: Pick<GameDay, 'window'>, at: EpochMs): string {
  return window === undefined ? instant(at) : `${dayAndTime(at, window.timezone)} (${window.timezone})`;
}

/** "running since 3 min ago: 1 held"; "ended 2 h ago: 2 held, 1 deviated" */
export function sessionWords({ phase, phaseSince, startAt, tally, stopped }: SessionLine): string {
  const early = stopped === null ? '' : `; stopped: ${stopped.reason}`;
  if (phase === 'ended') return `ended ${ago(phaseSince)}: ${tally}${early}`;
  if (phase === 'running' || phase === 'paused') return `${phase} since ${ago(phaseSince)}: ${tally}${early}`;
  return `${phase}, begins ${instant(startAt)}`;
}
