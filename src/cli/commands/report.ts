import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeVerdict } from '../../report/sentences.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { isSessionId } from '../../core/gameday/session-id.ts';
import { fetchReport } from '../aws/fetch-report.ts';
import { runNamed } from '../aws/runs.ts';
import type { Command, Input } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readRecordFile, writeOutputs } from '../run/outputs.ts';

export const report: Command = {
  name: 'report',
  summary: 'Get the report of a run or a game day',
  usage: 'RUN|SESSION|DIR',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its latest run; SESSION the id of a game day's session. The controller keeps
reports in a bucket, longer than the runs themselves. Where it has none, or you may not read it, the report is made from the stored run.

DIR is the folder of a run on this machine: its report is written again from its record.

  inoculate report checkout-survives --stage prod
  inoculate report december-game-day.session.2026-12-04T09:00:00_000Z --out reports
  inoculate report .inoculate/dynamodb-throttled`,
  options: {
    ...remoteOptions,
    out: {
      type: 'value',
      placeholder: 'DIR',
      description: 'where the files go; without it: a folder of .inoculate, for DIR the folder itself',
    },
    ...jsonOption,
  },
  run(input, context) {
    const named = input.args[0] ?? '';
    return isFolder(named, context) ? again(input, context, named) : fetched(input, context, named);
  },
};

/** What lies here wins over what is called the same on AWS; a path is never a name. */
function isFolder(named: string, { cwd }: CliContext): boolean {
  return /[/\\]|^\.+$/.test(named) || existsSync(resolve(cwd, named));
}

async function again(input: Input, { cwd, stdout }: CliContext, named: string): Promise<ExitCode> {
  const dir = resolve(cwd, named);
  const record = readRecordFile(dir);
  const out = input.value('out');
  const html = await writeOutputs(out === undefined ? dir : resolve(cwd, out), record);
  const { sentence } = describeVerdict(record);
  if (input.flag('json'))
    stdout.write(`${JSON.stringify({ run: record.run.id, sentence, report: html }, null, 2)}\n`);
  else stdout.write(`${sentence}\nreport: ${html}\n`);
  return exitCodes.held;
}

function fetched(input: Input, context: CliContext, named: string): Promise<ExitCode> {
  return withRemote(input, context, async (remote) => {
    const of = isSessionId(named) ? { session: named } : { run: await runNamed(remote, named) };
    const id = 'run' in of ? of.run : of.session;
    const folder = join('.inoculate', id.replaceAll(':', '_'));
    const { sentence, html, from } = await fetchReport(
      remote,
      of,
      resolve(context.cwd, input.value('out') ?? folder),
    );
    if (from === 'stored-state')
      context.stderr.write(
        `note: the bucket of reports has none of ${id}, or you may not read it: made from what is stored\n`,
      );
    if (input.flag('json'))
      context.stdout.write(`${JSON.stringify({ ...of, sentence, report: html, from }, null, 2)}\n`);
    else context.stdout.write(`${sentence}\nreport: ${html}\n`);
    return exitCodes.held;
  });
}
