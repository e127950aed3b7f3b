import { decideOnRun } from '../aws/decide-on-run.ts';
import { jsonOption, remoteOptions } from '../aws/options.ts';
import type { Command } from '../command.ts';

export const decline: Command = {
  name: 'decline',
  summary: 'Refuse a run that waits for an approval',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, an experiment's name for its only run under way, or the id of a game day's session. The run ends as refused. To end a run that has been
approved or is under way, use "inoculate abort".

  inoculate decline checkout-survives --stage prod

Exit codes: 0 declined, 3 refused.`,
  options: { ...remoteOptions, ...jsonOption },
  run: (input, context) => decideOnRun(input, context, 'decline'),
};
