import { ask, askToStop } from '../aws/ask.ts';
import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { runUnderWay, unknownRun } from '../aws/runs.ts';
import { stageOption } from '../aws/watch-run.ts';
import { whoAsks } from '../aws/who.ts';
import { inPlaceWords, outcomeWords, stillInPlace } from '../aws/words.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const abort: Command = {
  name: 'abort',
  summary: 'End a run early and take its faults back',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its only run under way. When this returns, the abort is stored: no fault is
applied any more, and the first attempt to take each back has been made. What is still in place is told; the controller goes
on until nothing is.

  inoculate abort checkout-survives`,
  options: { ...remoteOptions, ...byOption, ...jsonOption },
  run(input, context) {
    const { stdout } = context;
    return withRemote(input, context, async (remote) => {
      const [id, by] = await Promise.all([
        runUnderWay(remote, input.args[0] ?? ''),
        whoAsks(remote, input, context),
      ]);
      const stopped = await askToStop(remote, { inoculate: 'abort/1', run: id, by });
      if (stopped.result === 'unknown-run') throw unknownRun(remote, id);
      const answer = await ask(remote, { inoculate: 'show/1', run: id });
      if (answer.result === 'unknown-run') throw unknownRun(remote, id);
      const { phase, outcome } = answer.run;
      const inPlace = stillInPlace(answer.run);
      if (input.flag('json')) {
        stdout.write(
          `${JSON.stringify({ run: id, aborted: stopped.result === 'stopped', phase, outcome, inPlace }, null, 2)}\n`,
        );
        return exitCodes.held;
      }
      const done =
        stopped.result === 'stopped'
          ? `${id} is aborted by ${by}.`
          : stopped.phase === 'ended'
            ? `${id} had ended already.`
            : `${id} was taking its faults back already.`;
      const now =
        outcome === null ? `It is ${phase}; ${inPlaceWords(inPlace)}.` : `Outcome: ${outcomeWords(outcome)}.`;
      const more = phase === 'ended' ? [] : [`To see the end: inoculate watch ${id}${stageOption(remote)}`];
      stdout.write(`${[done, now, ...more].join('\n')}\n`);
      return exitCodes.held;
    });
  },
};
