import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { runNamed } from '../aws/runs.ts';
import { watchRun } from '../aws/watch-run.ts';
import type { Command } from '../command.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'Watch a run to its end',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its latest run. Ctrl-C stops watching; the run goes on.

  inoculate watch checkout-survives

Exit codes: those of "run", by how the run ended; 130 after Ctrl-C.`,
  options: { ...remoteOptions, ...jsonOption },
  run(input, context) {
    return withRemote(input, context, async (remote) => {
      const id = await runNamed(remote, input.args[0] ?? '');
      return watchRun(remote, id, context, { json: input.flag('json') });
    });
  },
};
