import type { Experiment } from '../../generated/types.ts';
import { type Check, findingsOf, formatFindings, type NamedFinding } from '../aws/doctor/finding.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { readExperimentFiles } from '../aws/experiment-files.ts';
import type { Remote } from '../aws/remote.ts';
import { tellProblems } from '../aws/tell-problems.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { stageOf } from '../stage-option.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check the controller and, with FILE, whether an experiment can run',
  usage: '[FILE]',
  arity: [0, 1],
  details: `Looks at everything that a run needs, changes nothing, and says what is wrong and how to mend it: credentials, the
controller's functions, tables, queues and roles, the three ways in which faults are taken back, the
schedules and rules that start registered experiments; with FILE also each target
(opt-in tag, layer, the role's permissions), the alarms, and the controller's permissions for this experiment.

  inoculate doctor --stage prod
  inoculate doctor experiments/checkout.yaml --stage prod

Exit codes: 0 nothing is wrong, 1 something is wrong or could not be looked at, 2 the file is wrong.`,
  options: { ...remoteOptions, ...jsonOption },
  async run(input, context) {
    const json = input.flag('json');
    const read = readExperimentFiles(input.args, stageOf(input), context);
    if (!read.ok) return tellProblems(read.problems, json, context);
    return withRemote(input, context, async (remote) =>
      tell(await examine(remote, read.files[0]?.experiment), json, context),
    );
  },
};

/** Whose credentials these are comes first: without, nothing else can be asked. */
async function examine(remote: Remote, experiment: Experiment | undefined): Promise<readonly NamedFinding[]> {
  const { placeOf } = await import('../aws/doctor/place.ts');
  const { stage } = remote;
  const credentials: Check = {
    name: 'credentials',
    look: async () => {
      const [{ arn, account }, region] = await Promise.all([remote.caller(), remote.region()]);
      return [{ state: 'ok', message: `${arn}, account ${account}, Region ${region}` }];
    },
  };
  const first = await findingsOf([credentials], stage);
  if (first.some(({ state }) => state !== 'ok'))
    return [
      ...first,
      { check: 'all else', state: 'unknown', message: 'could not be looked at without credentials' },
    ];
  const place = await placeOf(remote);
  const { everyCheck } = await import('../aws/doctor/checks.ts');
  const { checks, findings } = await everyCheck(remote, place, experiment);
  return [...first, ...findings, ...(await findingsOf(checks, stage))];
}

function tell(findings: readonly NamedFinding[], json: boolean, { stdout, color }: CliContext): ExitCode {
  const bad = findings.filter(({ state }) => state === 'wrong' || state === 'unknown');
  if (json) stdout.write(`${JSON.stringify({ ok: bad.length === 0, findings }, null, 2)}\n`);
  else {
    const closing =
      bad.length === 0 ? 'Nothing is wrong.' : `${bad.length} of ${findings.length} need looking after.`;
    stdout.write(`${formatFindings(findings, color)}\n${closing}\n`);
  }
  return bad.length === 0 ? exitCodes.held : exitCodes.deviated;
}
