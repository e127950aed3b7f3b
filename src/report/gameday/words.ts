import type { Session } from '../../core/gameday/session.ts';
import { instant } from '../format.ts';
import type { GameDayRun } from './report.ts';

/** When the game day was to be, as its file says it. */
export function plannedWords({ gameDay: { window }, endsAt }: Session): string {
  if (window !== undefined) return `${window.date}, ${window.from} to ${window.to} ${window.timezone}`;
  return endsAt === null ? 'started by hand, without a window' : `until ${instant(endsAt)}`;
}

/** As planned, or who or what ended it, or kept it from beginning. */
export function howEnded({ endedEarly, times, sentence, result }: GameDayRun): string {
  if (endedEarly !== null) return endedEarly;
  if (result === 'running') return 'goes on';
  return times === null || times.injectedAt === null ? sentence : 'as planned';
}
