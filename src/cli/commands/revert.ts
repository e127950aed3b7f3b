import { resolve } from 'node:path';
import { hasState } from '../../local/recover.ts';
import { describeReverts, describeVerdict } from '../../report/sentences.ts';
import { type Command, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { finishEarlierRuns } from '../run/earlier-run.ts';

export const revert: Command = {
  name: 'revert',
  summary: 'Finish a run whose host died: take its faults back and write its report',
  usage: 'DIR',
  arity: [1, 1],
  details: `Reads the state that "inoculate run --local" keeps in DIR, takes back whatever is still in place, reads it back, and ends
the run. Safe to call at any time and more than once; a run that has ended stays as it is.

  inoculate revert .inoculate/dynamodb-throttled`,
  options: {},
  async run(input, { cwd, stdout, stderr }) {
    const dir = resolve(cwd, input.args[0] ?? '');
    if (!hasState(dir))
      throw new UsageError(
        `"${dir}" holds no state of a run`,
        'the folder given to --out, or .inoculate/NAME',
      );
    const finished = await finishEarlierRuns({
      outDir: dir,
      onChange: (change) => stdout.write(`${change.phase}: ${change.reason}\n`),
      onError: (what, error) =>
        stderr.write(
          `${what} failed, and is tried again: ${error instanceof Error ? error.message : String(error)}\n`,
        ),
    });
    if (finished.length === 0) stdout.write('Nothing to take back: every run in there has ended.\n');
    for (const { record, html } of finished)
      stdout.write(
        `\n${describeVerdict(record).sentence}\n${describeReverts(record.run.units)}\nreport: ${html}\n`,
      );
    return exitCodes.held;
  },
};
