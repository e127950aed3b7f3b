import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { type Command, UsageError } from '../command.ts';
import {
  abortGameDay,
  letGameDayGoOn,
  planFile,
  planRegistered,
  showStatus,
  startGameDay,
} from '../gameday/actions.ts';

const needsName: ReadonlySet<string> = new Set(['plan', 'start', 'continue', 'abort']);

export const gameday: Command = {
  name: 'gameday',
  summary: 'Plan, start, follow, continue or end a game day: several experiments in one session',
  usage: 'plan|start|status|continue|abort [NAME]',
  arity: [1, 2],
  details: `plan FILE       what would happen when; offline, with the experiments that stand beside the file
plan NAME       the same of a registered game day
start NAME      begin a session now, inside the game day's window where it has one
status          the sessions that are under way or announced
status SESSION  its steps and runs, and at the end what was learnt and what is open
continue SESSION  let a pause end
abort SESSION   begin no further step, and abort the runs under way

SESSION is a session's id, or a game day's name for its latest session. "inoculate register FILES..." takes game days as well.

  inoculate gameday plan gamedays/december.yaml
  inoculate gameday start december-game-day --stage staging
  inoculate gameday continue december-game-day --stage staging

Exit codes: 0 done, 2 bad input, 3 refused.`,
  options: { ...remoteOptions, ...byOption, ...jsonOption },
  async run(input, context) {
    const [action = '', name] = input.args;
    if (needsName.has(action) && name === undefined)
      throw new UsageError(`inoculate gameday ${action} needs a name`, `inoculate gameday --help`);
    const given = name ?? '';
    switch (action) {
      case 'plan':
        return (
          planFile(given, input, context) ??
          withRemote(input, context, (remote) => planRegistered(remote, given, input, context))
        );
      case 'start':
        return withRemote(input, context, (remote) => startGameDay(remote, given, input, context));
      case 'continue':
        return withRemote(input, context, (remote) => letGameDayGoOn(remote, given, input, context));
      case 'abort':
        return withRemote(input, context, (remote) => abortGameDay(remote, given, input, context));
      case 'status':
        return withRemote(input, context, (remote) => showStatus(remote, name, input, context));
      default:
        throw new UsageError(
          `inoculate gameday does not know what to do with "${action}"`,
          'plan, start, status, continue or abort',
        );
    }
  },
};
