import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionRecursionConfigCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../../aws/clients.ts';
import { type Check, type Finding, ok, wrong } from './finding.ts';
import { configurationOf, type DeployedFunctions } from './functions.ts';

/** Those that end runs always find room to run. */
const reserved = ['stop', 'sweep', 'deadman'] as const;

/** What brings faults back: ticks, sweep and dead-man, each by itself. */
export function waysOut(aws: AwsClients, stage: string, functions: DeployedFunctions): readonly Check[] {
  const lambda = aws.get(LambdaClient);
  const name = (part: string): string => `inoculate-${stage}-${part}`;
  const deploy = `serverless deploy --stage ${stage}`;
  return [
    { name: 'ticks', look: () => ticks(lambda, name('tick'), deploy) },
    { name: 'tick loop', look: () => loop(lambda, name('tick')) },
    { name: 'sweep', look: () => sweep(aws.get(EventBridgeClient), name('sweep'), deploy) },
    { name: 'dead-man', look: () => deadMan(aws, functions, deploy) },
    ...reserved.map((part) => ({
      name: `room for ${part}`,
      look: () => room(lambda, name(part), deploy),
    })),
  ];
}

async function ticks(
  lambda: LambdaClient,
  FunctionName: string,
  deploy: string,
): Promise<readonly Finding[]> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  const [mapping] = EventSourceMappings;
  if (mapping === undefined) return [wrong(`no queue invokes ${FunctionName}`, deploy)];
  const { State, UUID } = mapping;
  return State === 'Enabled'
    ? [ok('the queue of ticks invokes its function')]
    : [
        wrong(
          `the queue of ticks does not invoke its function: its mapping is ${State}`,
          `aws lambda update-event-source-mapping --uuid ${UUID} --enabled`,
        ),
      ];
}

async function loop(lambda: LambdaClient, FunctionName: string): Promise<readonly Finding[]> {
  const { RecursiveLoop } = await lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName }));
  return RecursiveLoop === 'Allow'
    ? [ok('Lambda lets ticks send the next one')]
    : [
        wrong(
          'Lambda stops ticks after some rounds, as a recursive loop',
          `aws lambda put-function-recursion-config --function-name ${FunctionName} --recursive-loop Allow`,
        ),
      ];
}

async function sweep(events: EventBridgeClient, Name: string, deploy: string): Promise<readonly Finding[]> {
  try {
    const { State } = await events.send(new DescribeRuleCommand({ Name }));
    return State === 'DISABLED'
      ? [wrong('its rule is disabled: the third way out is closed', `aws events enable-rule --name ${Name}`)]
      : [ok('its rule is enabled')];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    return [wrong(`there is no rule ${Name}`, deploy)];
  }
}

async function deadMan(
  aws: AwsClients,
  functions: DeployedFunctions,
  deploy: string,
): Promise<readonly Finding[]> {
  const arn = functions.get('tick')?.Environment?.Variables?.['INOCULATE_DEADMAN_ARN'];
  if (arn === undefined) return [wrong('the ticks know no dead-man', deploy)];
  const version = arn.split(':')[7];
  if (version === undefined || !/^\d+$/.test(version))
    return [wrong(`${arn} is no published version: a deployment in mid-run would change it`, deploy)];
  const found = await configurationOf(aws, arn);
  return found === null
    ? [wrong(`its version ${version} is not there any more: the second way out is closed`, deploy)]
    : [ok(`version ${version} is armed for each run`)];
}

async function room(lambda: LambdaClient, FunctionName: string, deploy: string): Promise<readonly Finding[]> {
  const { ReservedConcurrentExecutions } = await lambda.send(
    new GetFunctionConcurrencyCommand({ FunctionName }),
  );
  if (ReservedConcurrentExecutions === undefined)
    return [
      wrong(
        `${FunctionName} shares the account's concurrency: load elsewhere may keep it from running`,
        deploy,
      ),
    ];
  return ReservedConcurrentExecutions > 0
    ? [ok(`${ReservedConcurrentExecutions} concurrent executions are reserved`)]
    : [wrong(`${FunctionName} is throttled: none of it may run`, deploy)];
}
