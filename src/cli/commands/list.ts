import type { ListedGameDay } from '../../controller/gameday/requests.ts';
import type { Listed } from '../../controller/requests.ts';
import { ask } from '../aws/ask.ts';
import { startedBy } from '../aws/experiment-files.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { ago, outcomeWords } from '../aws/words.ts';
import type { Command } from '../command.ts';
import { beginsAt, sessionWords } from '../gameday/words.ts';
import { exitCodes } from '../exit-codes.ts';

export const list: Command = {
  name: 'list',
  summary: 'List the registered experiments and game days, what starts them, and their latest runs',
  usage: '',
  arity: [0, 0],
  details: `  inoculate list --stage prod`,
  options: { ...remoteOptions, ...jsonOption },
  run(input, context) {
    return withRemote(input, context, async (remote) => {
      const { experiments, gameDays = [] } = await ask(remote, { inoculate: 'list/1' });
      if (input.flag('json')) context.stdout.write(`${JSON.stringify({ experiments, gameDays }, null, 2)}\n`);
      else if (experiments.length + gameDays.length === 0)
        context.stdout.write(
          `No experiment is registered at stage ${remote.stage}: "inoculate register FILES..." does that.\n`,
        );
      else
        context.stdout.write(
          `${[...experiments.flatMap(linesOf), ...gameDays.flatMap(gameDayLines)].join('\n')}\n`,
        );
      return exitCodes.held;
    });
  },
};

function linesOf({
  name,
  version,
  registeredAt,
  registeredBy,
  experiment,
  lastRun,
  slots,
}: Listed): readonly string[] {
  return [
    `${name}  version ${version}, registered ${ago(registeredAt)} by ${registeredBy}`,
    `  started by: ${startedBy(experiment)}`,
    lastRun === null
      ? '  never run'
      : `  latest run: ${lastRun.id}, ${ago(lastRun.requestedAt)}, ${lastRun.outcome === null ? lastRun.phase : outcomeWords(lastRun.outcome)}`,
    ...slotLines(slots),
  ];
}

function gameDayLines({
  name,
  version,
  registeredAt,
  registeredBy,
  gameDay,
  lastSession,
}: ListedGameDay): readonly string[] {
  return [
    `${name}  game day, version ${version}, registered ${ago(registeredAt)} by ${registeredBy}`,
    `  ${beginsAt(gameDay)}; ${gameDay.steps.length} steps`,
    lastSession === null
      ? '  no session'
      : `  latest session: ${lastSession.id}, ${sessionWords(lastSession)}`,
  ];
}

/** Controllers of an earlier version count none. */
function slotLines(slots: Listed['slots'] | undefined): readonly string[] {
  if (slots == null || slots.missed + slots.skipped === 0) return [];
  const { missed, skipped, lastSkipped } = slots;
  const counts = [
    ...(missed === 0 ? [] : [`${missed} missed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(', ');
  const latest =
    lastSkipped === null ? '' : `; the latest skipped ${ago(lastSkipped.at)}: ${lastSkipped.reason}`;
  return [`  slots: ${counts}${latest}`];
}
