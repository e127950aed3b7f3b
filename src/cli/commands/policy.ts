import { needsOf, type Needs } from '../../iam/needs.ts';
import type { PolicyDocument, PolicyStatement } from '../../iam/policy.ts';
import { listOf } from '../../iam/policy.ts';
import { dependencyTrouble } from '../../layer/aws/trouble.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';
import { readExperimentFile } from '../input/read-file.ts';
import { stageOf, stageOption } from '../stage-option.ts';

export const policy: Command = {
  name: 'policy',
  summary: 'Print the least IAM permissions that an experiment needs',
  usage: 'FILE',
  arity: [1, 1],
  details: `What the controller's roles, the roles of the target functions and you yourself must be allowed for this experiment, and
nothing more. The roles of a deployed controller allow the first already, where the targets carry the opt-in tag or are
listed in its serverless.yml; the plugin inoculate/serverless adds the second.

  inoculate policy experiments/throttled.yaml --stage prod
  inoculate policy experiments/throttled.yaml --account 123456789012 --region eu-central-1 --json`,
  options: {
    stage: stageOption,
    account: {
      type: 'value',
      placeholder: 'ID',
      description: 'the AWS account, in place of ${AWS::AccountId}',
    },
    region: { type: 'value', placeholder: 'REGION', description: 'in place of ${AWS::Region}' },
    json: { type: 'flag', description: 'machine-readable: IAM policy documents' },
  },
  run(input, context) {
    const stage = stageOf(input);
    const place = placeOf(input);
    const { cwd, color } = context;
    const read = readExperimentFile(input.args[0] ?? '', { stage, dependencyTrouble, cwd });
    if (!read.ok) {
      if (input.flag('json'))
        context.stdout.write(`${JSON.stringify({ problems: problemsAsJson(read.problems) }, null, 2)}\n`);
      else context.stderr.write(`${formatProblems(read.problems, { color })}\n`);
      return exitCodes.badInput;
    }
    const needs = needsOf(read.experiment, { stage, ...place });
    context.stdout.write(
      input.flag('json') ? `${JSON.stringify(documentsOf(needs), null, 2)}\n` : print(needs, stage),
    );
    return exitCodes.held;
  },
};

function placeOf(input: Input): { account?: string; region?: string; partition?: string } {
  const account = input.value('account');
  const region = input.value('region');
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new UsageError(`"${account}" is not an AWS account`, 'twelve digits');
  if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region))
    throw new UsageError(`"${region}" is not an AWS Region`, 'such as eu-central-1');
  return {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region, partition: partitionOf(region) }),
  };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function documentsOf({ controller, functions, person }: Needs): Readonly<Record<string, unknown>> {
  return {
    controller: documentOf(controller),
    functions: functions.map((one) => ({ function: one.function, policy: documentOf(one.statements) })),
    person: documentOf(person),
  };
}

function documentOf(Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}

function print({ controller, functions, person }: Needs, stage: string): string {
  return [
    `The controller of stage ${stage}`,
    ...controller.flatMap(lines),
    ...functions.flatMap((one) => ['', `The role of ${one.function}`, ...one.statements.flatMap(lines)]),
    '',
    'Whoever registers, starts, watches and stops it',
    ...person.flatMap(lines),
    '',
    '--json prints policy documents.',
    '',
  ].join('\n');
}

function lines({ Action, Resource, Condition }: PolicyStatement): readonly string[] {
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    operator === 'Null'
      ? []
      : Object.entries(keys).map(([key, values]) => `${key} ${listOf(values).join(', ')}`),
  );
  return [
    `  ${listOf(Action).join(', ')}`,
    ...listOf(Resource).map(
      (resource) => `    on ${resource === '*' ? 'everything (AWS knows no resource)' : resource}`,
    ),
    ...(conditions.length === 0 ? [] : [`    only where ${conditions.join(' and ')}`]),
  ];
}
