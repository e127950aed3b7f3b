import { resolve } from 'node:path';
import { describeVerdict } from '../../report/sentences.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readRecordFile, writeOutputs } from '../run/outputs.ts';

export const report: Command = {
  name: 'report',
  summary: "Write a finished run's report again",
  usage: 'DIR',
  arity: [1, 1],
  details: `Makes report.html, report.md and report.json anew from the record of the run in DIR.

  inoculate report .inoculate/dynamodb-throttled`,
  options: {},
  async run(input, { cwd, stdout }) {
    const dir = resolve(cwd, input.args[0] ?? '');
    const record = readRecordFile(dir);
    const html = await writeOutputs(dir, record);
    stdout.write(`${describeVerdict(record).sentence}\nreport: ${html}\n`);
    return exitCodes.held;
  },
};
