import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../../aws/clients.ts';
import { controllerFunctions, type ControllerFunctionName } from '../../../iam/functions.ts';
import { packageVersion } from '../../version.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';
import type { KnownPlace } from './place.ts';

/** The controller's functions as they are deployed; null where one is not. */
export type DeployedFunctions = ReadonlyMap<ControllerFunctionName, FunctionConfiguration | null>;

/** Which of them a deployment without options has. */
const expected = (Object.keys(controllerFunctions) as ControllerFunctionName[]).filter(
  (name) => !('onlyIf' in controllerFunctions[name]),
);

export async function deployedFunctions(aws: AwsClients, stage: string): Promise<DeployedFunctions> {
  const found = await Promise.all(
    expected.map(async (name) => [name, await configurationOf(aws, `inoculate-${stage}-${name}`)] as const),
  );
  return new Map(found);
}

export async function configurationOf(
  aws: AwsClients,
  FunctionName: string,
): Promise<FunctionConfiguration | null> {
  try {
    return await aws.get(LambdaClient).send(new GetFunctionConfigurationCommand({ FunctionName }));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

export function lookAtFunctions(
  functions: DeployedFunctions,
  { stage, region, account }: KnownPlace,
): readonly Finding[] {
  const deploy = `serverless deploy --stage ${stage} --region ${region}`;
  const missing = [...functions].flatMap(([name, configuration]) => (configuration === null ? [name] : []));
  if (missing.length === functions.size)
    return [
      wrong(
        `there is no controller of stage ${stage} in ${region} of account ${account}`,
        `${deploy}; or name another with --stage, --region or --profile`,
      ),
    ];
  const findings = [...functions].flatMap(([name, configuration]): readonly Finding[] => {
    const full = `inoculate-${stage}-${name}`;
    if (configuration === null) return [wrong(`${full} is missing`, deploy)];
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration;
    if (State !== undefined && State !== 'Active')
      return [wrong(`${full} is ${State}${because(StateReason)}`, 'wait a moment, or deploy it anew')];
    if (LastUpdateStatus === 'Failed')
      return [wrong(`the last update of ${full} failed${because(LastUpdateStatusReason)}`, deploy)];
    return [];
  });
  return findings.length > 0 ? findings : [ok(`${functions.size} functions are deployed and active`)];
}

export function lookAtVersion(functions: DeployedFunctions): readonly Finding[] {
  const own = packageVersion();
  const versions = new Set(
    [...functions.values()].flatMap((one) =>
      one === null ? [] : [one.Environment?.Variables?.['INOCULATE_VERSION'] ?? 'unknown'],
    ),
  );
  return versions.size === 1 && versions.has(own)
    ? [ok(`${own}, as this command line`)]
    : [
        warning(
          `the controller is of version ${[...versions].join(' and ')}, this command line of ${own}`,
          'deploy the controller, or install the command line, so that both are the same',
        ),
      ];
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`;
}
