import { ask } from '../aws/ask.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { runsWords, underWayLines } from '../aws/words.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const status: Command = {
  name: 'status',
  summary: 'Tell what is under way, and what is changed right now',
  usage: '',
  arity: [0, 0],
  details: `The kill switch, each run under way with its phase, and the resources that are changed at the moment, or may be.

  inoculate status --stage prod`,
  options: { ...remoteOptions, ...jsonOption },
  run(input, context) {
    return withRemote(input, context, async (remote) => {
      const { killSwitch, runs } = await ask(remote, { inoculate: 'status/1' });
      const active = runs.filter(({ phase }) => phase !== 'ended');
      if (input.flag('json')) {
        context.stdout.write(`${JSON.stringify({ killSwitch, runs: active }, null, 2)}\n`);
        return exitCodes.held;
      }
      const lines = [
        killSwitch ? 'The kill switch is on: no run starts.' : 'The kill switch is off.',
        `At stage ${remote.stage} ${runsWords(active.length)}.`,
        ...active.flatMap(underWayLines),
      ];
      context.stdout.write(`${lines.join('\n')}\n`);
      return exitCodes.held;
    });
  },
};
