import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { busNames, type FoundRule, rulePrefix, rulesOn } from '../../../adapters/aws/experiment-rules.ts';
import type { AwsClients } from '../../../aws/clients.ts';
import type { Listed } from '../../../controller/requests.ts';
import { busOf, defaultBus } from '../../../core/triggers.ts';
import { ask } from '../ask.ts';
import type { Remote } from '../remote.ts';
import { type Check, type Finding, ok, warning, wrong } from './finding.ts';

type Experiments = readonly Pick<Listed, 'name' | 'experiment'>[];

/** What starts registered experiments: that it is there and switched on, and that nothing else does. */
export function startChecks(remote: Remote): readonly Check[] {
  let listed: Promise<Experiments> | undefined;
  const experiments = (): Promise<Experiments> =>
    (listed ??= ask(remote, { inoculate: 'list/1' }).then((answer) => answer.experiments));
  const { aws, stage } = remote;
  return [
    {
      name: 'schedules',
      look: async () => scheduleFindings(await experiments(), await schedulesOf(aws, stage), stage),
    },
    { name: 'rules', look: async () => ruleFindings(await experiments(), await allRules(aws, stage), stage) },
  ];
}

export interface FoundSchedule {
  readonly name: string;
  readonly enabled: boolean;
}

async function schedulesOf(aws: AwsClients, stage: string): Promise<readonly FoundSchedule[]> {
  const found: FoundSchedule[] = [];
  let token: string | undefined;
  do {
    const page = await aws.get(SchedulerClient).send(
      new ListSchedulesCommand({
        GroupName: `inoculate-${stage}-experiments`,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { Name, State } of page.Schedules ?? [])
      if (Name !== undefined) found.push({ name: Name, enabled: State !== 'DISABLED' });
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

async function allRules(aws: AwsClients, stage: string): Promise<readonly FoundRule[]> {
  const prefix = `inoculate-${stage}-x-`;
  const found = await Promise.all((await busNames(aws)).map((bus) => rulesOn(aws, bus, prefix)));
  // What else begins so belongs to a stage whose name goes on with "-x".
  const ofExperiment = /^[0-9a-f]{16}-\d+$/;
  return found.flat().filter(({ name }) => ofExperiment.test(name.slice(prefix.length)));
}

/** Every schedule is that of a registered experiment that asks for it, and the other way round. */
export function scheduleFindings(
  experiments: Experiments,
  schedules: readonly FoundSchedule[],
  stage: string,
): readonly Finding[] {
  const scheduled = new Set(
    experiments.flatMap(({ name, experiment }) => (experiment.schedule === undefined ? [] : [name])),
  );
  const known = new Set(experiments.map(({ name }) => name));
  const found = new Set(schedules.map(({ name }) => name));
  const findings = [
    ...schedules.flatMap(({ name, enabled }): Finding[] => {
      if (!scheduled.has(name))
        return [wrong(`there is a schedule for ${name}, ${why(known.has(name))}`, mend(known, name, stage))];
      return enabled
        ? []
        : [warning(`the schedule of ${name} is switched off: it starts nothing`, again(name, stage))];
    }),
    ...[...scheduled]
      .filter((name) => !found.has(name))
      .map((name) => wrong(`${name} is to run on a schedule, and has none`, again(name, stage))),
  ];
  return findings.length > 0
    ? findings
    : [ok(`${counted(schedules.length, 'schedule')}, each as registered`)];
}

/** Every rule is a trigger of a registered experiment, and the other way round. */
export function ruleFindings(
  experiments: Experiments,
  rules: readonly FoundRule[],
  stage: string,
): readonly Finding[] {
  const known = new Set(experiments.map(({ name }) => name));
  const wanted = new Map(
    experiments.flatMap(({ name, experiment }) =>
      (experiment.triggers ?? []).map((trigger, index) => {
        const rule = `${rulePrefix(`inoculate-${stage}`, name)}${index + 1}`;
        return [`${busOf(trigger)}/${rule}`, name] as const;
      }),
    ),
  );
  const found = new Set(rules.map(({ bus, name }) => `${bus}/${name}`));
  const findings = [
    ...rules.flatMap((rule): Finding[] => {
      const owner = wanted.get(`${rule.bus}/${rule.name}`);
      if (owner === undefined) return [orphan(rule, known, stage)];
      return rule.enabled
        ? []
        : [warning(`${called(rule)} of ${owner} is switched off: it starts nothing`, again(owner, stage))];
    }),
    ...[...wanted]
      .filter(([rule]) => !found.has(rule))
      .map(([rule, name]) => wrong(`a trigger of ${name} has no rule (${rule})`, again(name, stage))),
  ];
  return findings.length > 0
    ? findings
    : [ok(`${counted(rules.length, 'rule')}, each a trigger as registered`)];
}

function orphan(rule: FoundRule, known: ReadonlySet<string>, stage: string): Finding {
  const name = /^Starts the experiment ([a-z][a-z0-9-]*)$/.exec(rule.description)?.[1];
  if (name !== undefined)
    return wrong(`${called(rule)} is for ${name}, ${why(known.has(name))}`, mend(known, name, stage));
  const bus = rule.bus === defaultBus ? '' : ` --event-bus-name ${rule.bus}`;
  return wrong(
    `${called(rule)} is for no experiment that is registered`,
    `aws events remove-targets --rule ${rule.name}${bus} --ids start && aws events delete-rule --name ${rule.name}${bus}`,
  );
}

function called({ bus, name }: FoundRule): string {
  return `rule ${name}${bus === defaultBus ? '' : ` on the bus ${bus}`}`;
}

const why = (registered: boolean): string =>
  registered ? 'which does not ask for it' : 'which is not registered';

function mend(known: ReadonlySet<string>, name: string, stage: string): string {
  return known.has(name) ? again(name, stage) : `inoculate remove ${name} --stage ${stage}`;
}

function again(name: string, stage: string): string {
  return `inoculate register FILE --stage ${stage}, with the file of ${name}: it puts right what starts it`;
}

function counted(count: number, what: string): string {
  return count === 0 ? `no ${what}s` : `${count} ${what}${count === 1 ? '' : 's'}`;
}
