import { ask, askToStop } from '../aws/ask.ts';
import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { whoAsks } from '../aws/who.ts';
import { runsWords, underWayLines } from '../aws/words.ts';
import { type Command, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const killSwitch: Command = {
  name: 'kill-switch',
  summary: 'Abort every run and let none start, or allow runs again',
  usage: '[on|off]',
  arity: [0, 1],
  details: `on: every run under way is aborted and takes its faults back, and none starts until it is off again. It stays on, whoever
starts what. Without on or off it tells how it stands.

  inoculate kill-switch on --stage prod`,
  options: { ...remoteOptions, ...byOption, ...jsonOption },
  run(input, context) {
    const wanted = wantedOf(input.args[0]);
    return withRemote(input, context, async (remote) => {
      if (wanted !== undefined) {
        const by = await whoAsks(remote, input, context);
        await askToStop(remote, { inoculate: 'kill-switch/1', on: wanted, by });
      }
      const { killSwitch: on, runs } = await ask(remote, { inoculate: 'status/1' });
      const active = runs.filter(({ phase }) => phase !== 'ended');
      if (input.flag('json')) {
        context.stdout.write(`${JSON.stringify({ killSwitch: on, runs: active }, null, 2)}\n`);
        return exitCodes.held;
      }
      const lines = [
        on
          ? `The kill switch of stage ${remote.stage} is on: no run starts, and ${active.length === 0 ? runsWords(0) : `${runsWords(active.length)} of those that it ends`}.`
          : `The kill switch of stage ${remote.stage} is off: runs may start.`,
        ...active.flatMap(underWayLines),
      ];
      context.stdout.write(`${lines.join('\n')}\n`);
      return exitCodes.held;
    });
  },
};

function wantedOf(word: string | undefined): boolean | undefined {
  if (word === undefined) return undefined;
  if (word === 'on' || word === 'off') return word === 'on';
  throw new UsageError(`The kill switch cannot be "${word}"`, 'inoculate kill-switch on, or off');
}
