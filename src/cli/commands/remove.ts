import { ask } from '../aws/ask.ts';
import { byOption, remoteOptions, withRemote } from '../aws/options.ts';
import type { Remote } from '../aws/remote.ts';
import { whoAsks } from '../aws/who.ts';
import { type Command, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

export const remove: Command = {
  name: 'remove',
  summary: 'Take an experiment or a game day from the controller, with its schedule and triggers',
  usage: 'NAME',
  arity: [1, 1],
  details: `Nothing starts it any more: its schedule and rules go, also those that were left of one that is not registered. Runs under way go on ("inoculate abort" ends one), and those that ended stay.

  inoculate remove checkout-survives
  inoculate remove december-game-day --gameday`,
  options: {
    ...remoteOptions,
    ...byOption,
    gameday: { type: 'flag', description: 'NAME is that of a game day' },
  },
  run(input, context) {
    const name = input.args[0] ?? '';
    return withRemote(input, context, async (remote) => {
      const by = await whoAsks(remote, input, context);
      if (input.flag('gameday')) return removeGameDay(remote, name, by, context);
      const { result } = await ask(remote, { inoculate: 'remove/1', by, experiment: name });
      if (result === 'unknown-experiment')
        throw new UsageError(
          `No experiment ${name} is registered at stage ${remote.stage}; if a schedule or rules were left of it, they are gone now`,
          '"inoculate list" shows those that are',
        );
      context.stdout.write(
        `${name} is removed from stage ${remote.stage}, with its schedule and triggers.\n`,
      );
      return exitCodes.held;
    });
  },
};

/** A session that has begun goes on; one that is only announced ends. */
async function removeGameDay(
  remote: Remote,
  name: string,
  by: string,
  { stdout }: CliContext,
): Promise<ExitCode> {
  const { result } = await ask(remote, { inoculate: 'remove-gameday/1', by, gameDay: name });
  if (result === 'unknown-gameday')
    throw new UsageError(
      `No game day ${name} is registered at stage ${remote.stage}`,
      '"inoculate list" shows those that are',
    );
  stdout.write(`Game day ${name} is removed from stage ${remote.stage}, with its schedule.\n`);
  return exitCodes.held;
}
