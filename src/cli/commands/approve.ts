import { decideOnRun } from '../aws/decide-on-run.ts';
import { jsonOption, remoteOptions } from '../aws/options.ts';
import type { Command } from '../command.ts';

export const approve: Command = {
  name: 'approve',
  summary: 'Let a run begin that waits for an approval',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, an experiment's name for its only run under way, or the id of a game day's session. Who you are is proved by a request that is signed with
your AWS credentials, and good for this decision alone. The settings say who may, and whether it must be somebody else than
whoever asked for the run.

  inoculate approve checkout-survives --stage prod

Exit codes: 0 approved, 3 refused.`,
  options: { ...remoteOptions, ...jsonOption },
  run: (input, context) => decideOnRun(input, context, 'approve'),
};
