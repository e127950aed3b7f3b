import { isOptedIn, optInTag } from '../../../aws/opt-in.ts';
import { factsOfTarget } from '../../../controller/facts.ts';
import { functionTableOf } from '../../../core/function-permissions.ts';
import { isInFunction } from '../../../core/placement.ts';
import { targetTypeOf } from '../../../core/target-type.ts';
import type { Experiment } from '../../../generated/types.ts';
import { needsOf } from '../../../iam/needs.ts';
import { targetResolvers } from '../../../targets/index.ts';
import type { ResolvedTarget, Target } from '../../../targets/module.ts';
import type { Remote } from '../remote.ts';
import { type Check, type Finding, ok, warning, wrong } from './finding.ts';
import { configurationOf } from './functions.ts';
import { lossFindings } from './losses.ts';
import { roleAllows } from './permissions.ts';
import type { KnownPlace } from './place.ts';
import type { RoleReader } from './role-policies.ts';

const wrapper = '/opt/inoculate/wrapper';
const attach =
  'name the function in custom.inoculate.targets of its serverless.yml and deploy it; docs/PLUGIN.md has the same by hand';

/** Each target: that it is there, may be touched, and can be reached by the fault. */
export function targetChecks(
  remote: Remote,
  experiment: Experiment,
  roles: RoleReader,
  place: KnownPlace,
): readonly Check[] {
  return Object.entries(experiment.targets).map(([name, target]) => ({
    name: `target ${name}`,
    look: () => lookAt(remote, experiment, name, target, roles, place),
  }));
}

async function lookAt(
  { aws }: Remote,
  experiment: Experiment,
  name: string,
  target: Target,
  roles: RoleReader,
  place: KnownPlace,
): Promise<readonly Finding[]> {
  const type = targetTypeOf(target);
  const resolver = await targetResolvers[type]?.();
  if (resolver === undefined)
    return [
      wrong(`targets of type ${type} are not known to this version`, 'inoculate faults lists what it can do'),
    ];
  const { signal } = new AbortController();
  const found = await resolver.resolve(target, { aws, signal, ...place });
  if (found === null)
    return [
      wrong(
        `${JSON.stringify(target)} does not exist in ${place.region}`,
        'look at its name, --stage and --region',
      ),
    ];
  const { id, arn } = found;
  const [, , , region = '', account = ''] = arn.split(':');
  if ((region !== '' && region !== place.region) || (account !== '' && account !== place.account))
    return [wrong(`${arn} is in another account or Region`, 'targets must be where the controller is')];
  const dosed = experiment.faults.some((fault) => fault.target === name && isInFunction(fault));
  const findings = [
    ...(isOptedIn(found.tags)
      ? []
      : [
          wrong(
            `${id} does not carry the opt-in tag ${optInTag.key}: ${optInTag.value}`,
            dosed ? attach : `tag ${arn}, if experiments may touch it`,
          ),
        ]),
    ...lossFindings(experiment, factsOfTarget(name, type, found, place)),
    ...(dosed ? inside(found, place.stage) : []),
    ...(dosed ? await ownRole({ aws }, experiment, id, roles, place) : []),
  ];
  return findings.length > 0
    ? findings
    : [ok(`${id} is there, opted in${dosed ? ', with layer and permissions' : ''}`)];
}

/** Whether the layer is started in the function, and finds its doses. */
function inside({ id, function: found }: ResolvedTarget, stage: string): readonly Finding[] {
  const environment = found?.environment ?? {};
  const layers = found?.layers ?? [];
  const table = environment['INOCULATE_TABLE'];
  const wanted = functionTableOf(stage);
  return [
    ...(layers.length === 0
      ? [wrong(`${id} runs without Inoculate's layer`, attach)]
      : layers.some((arn) => /inoculate/i.test(arn))
        ? []
        : [warning(`none of the layers of ${id} is named after Inoculate: ${layers.join(', ')}`, attach)]),
    ...(environment['AWS_LAMBDA_EXEC_WRAPPER'] === wrapper
      ? []
      : [wrong(`${id} does not start the layer: AWS_LAMBDA_EXEC_WRAPPER is not ${wrapper}`, attach)]),
    ...(table === wanted
      ? []
      : [
          wrong(
            `${id} reads its doses from ${table ?? 'nowhere'}, and this controller writes them to ${wanted}`,
            table === undefined
              ? attach
              : 'set custom.inoculate.controller.stage of its serverless.yml, and deploy it',
          ),
        ]),
  ];
}

async function ownRole(
  { aws }: Pick<Remote, 'aws'>,
  experiment: Experiment,
  id: string,
  roles: RoleReader,
  place: KnownPlace,
): Promise<readonly Finding[]> {
  const needed = needsOf(experiment, place).functions.find((one) => one.function === id)?.statements ?? [];
  const role = (await configurationOf(aws, id))?.Role;
  if (role === undefined) return [wrong(`${id} has no role`, attach)];
  const findings = await roleAllows(
    roles,
    role,
    needed,
    `${attach}; "inoculate policy FILE" prints what it needs`,
  );
  return findings.filter(({ state }) => state !== 'ok');
}
