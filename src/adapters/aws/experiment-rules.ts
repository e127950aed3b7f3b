import { createHash } from 'node:crypto';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  InvalidEventPatternException,
  ListEventBusesCommand,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  ResourceNotFoundException,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import type { AwsClients } from '../../aws/clients.ts';
import { busOf, defaultBus, type EventPattern, patternOf, type Trigger } from '../../core/triggers.ts';
import { TriggerError } from '../../registry/triggers.ts';

export interface RuleSettings {
  /** Begins the names of all rules: `inoculate-dev`. */
  readonly prefix: string;
  readonly startArn: string;
  readonly deadLetterArn: string;
}

/** A rule on one bus. The same name on another is another rule. */
export interface RuleName {
  readonly bus: string;
  readonly name: string;
}

/** EventBridge replaces it with a copy of the event that matched. */
const matchedEvent = '<aws.events.event>';
const targetId = 'start';

/** Creates the rules of an experiment, or puts these in the place of earlier ones, switched on. */
export async function putRules(
  aws: AwsClients,
  settings: RuleSettings,
  name: string,
  triggers: readonly Trigger[],
): Promise<readonly RuleName[]> {
  const events = aws.get(EventBridgeClient);
  const rules = triggers.map((trigger, index) => ({
    bus: busOf(trigger),
    name: `${rulePrefix(settings.prefix, name)}${index + 1}`,
    pattern: patternOf(trigger),
    delayMs: trigger.delay ?? 0,
  }));
  for (const { bus, name: rule, pattern, delayMs } of rules) {
    await events.send(
      new PutRuleCommand({
        Name: rule,
        EventBusName: bus,
        Description: `Starts the experiment ${name}`,
        EventPattern: JSON.stringify(pattern),
        State: 'ENABLED',
      }),
    );
    const { FailedEntryCount, FailedEntries } = await events.send(
      new PutTargetsCommand({
        Rule: rule,
        EventBusName: bus,
        Targets: [
          {
            Id: targetId,
            Arn: settings.startArn,
            DeadLetterConfig: { Arn: settings.deadLetterArn },
            InputTransformer: {
              InputTemplate: `{"inoculate":"trigger/1","experiment":${JSON.stringify(name)},"delayMs":${delayMs},"event":${matchedEvent}}`,
            },
          },
        ],
      }),
    );
    if ((FailedEntryCount ?? 0) > 0)
      throw new Error(`Rule ${rule} did not take its target: ${FailedEntries?.[0]?.ErrorMessage}`);
  }
  return rules;
}

/** Deletes the experiment's rules on whatever bus, but for some. AWS is asked which there are: nothing can be forgotten. */
export async function deleteRules(
  aws: AwsClients,
  settings: RuleSettings,
  name: string,
  keep: readonly RuleName[],
): Promise<void> {
  const kept = new Set(keep.map(({ bus, name: rule }) => `${bus}/${rule}`));
  const buses = await busNames(aws);
  const found = await Promise.all(buses.map((bus) => rulesOn(aws, bus, rulePrefix(settings.prefix, name))));
  for (const rule of found.flat()) if (!kept.has(`${rule.bus}/${rule.name}`)) await deleteRule(aws, rule);
}

async function deleteRule(aws: AwsClients, { bus, name }: RuleName): Promise<void> {
  const events = aws.get(EventBridgeClient);
  try {
    const { FailedEntryCount, FailedEntries } = await events.send(
      new RemoveTargetsCommand({ Rule: name, EventBusName: bus, Ids: [targetId] }),
    );
    // One that lost its target in an earlier attempt has none to remove.
    const failed = (FailedEntries ?? []).filter(({ ErrorCode }) => ErrorCode !== 'ResourceNotFoundException');
    if ((FailedEntryCount ?? 0) > 0 && failed.length > 0)
      throw new Error(`Rule ${name} did not let go of its target: ${failed[0]?.ErrorMessage}`);
    await events.send(new DeleteRuleCommand({ Name: name, EventBusName: bus }));
  } catch (error) {
    // Somebody else removed it, or its bus.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

/** What EventBridge does not take is an error of the file, told before anything is changed. */
export async function requireRules(aws: AwsClients, triggers: readonly Trigger[]): Promise<void> {
  for (const trigger of triggers) await requirePattern(aws, patternOf(trigger));
  const buses = new Set(triggers.map(busOf));
  buses.delete(defaultBus);
  if (buses.size === 0) return;
  const known = await busNames(aws);
  for (const bus of buses) {
    if (!known.includes(bus))
      throw new TriggerError('bus', `There is no event bus ${bus} in this account and Region`);
  }
}

async function requirePattern(aws: AwsClients, pattern: EventPattern): Promise<void> {
  const sample = {
    id: '1',
    account: '123456789012',
    source: 'inoculate.test',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'test',
    detail: {},
  };
  try {
    await aws
      .get(EventBridgeClient)
      .send(
        new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(sample) }),
      );
  } catch (error) {
    if (error instanceof InvalidEventPatternException)
      throw new TriggerError('pattern', error.message, { cause: error });
    throw error;
  }
}

/** Every bus of the account and Region, the default one among them. */
export async function busNames(aws: AwsClients): Promise<readonly string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await aws
      .get(EventBridgeClient)
      .send(new ListEventBusesCommand(token === undefined ? {} : { NextToken: token }));
    for (const { Name } of page.EventBuses ?? []) if (Name !== undefined) names.push(Name);
    token = page.NextToken;
  } while (token !== undefined);
  return names;
}

/** A rule as EventBridge lists it. */
export interface FoundRule extends RuleName {
  readonly enabled: boolean;
  readonly description: string;
}

/** The rules on a bus whose names begin so; none where the bus went meanwhile. */
export async function rulesOn(aws: AwsClients, bus: string, prefix: string): Promise<readonly FoundRule[]> {
  const rules: FoundRule[] = [];
  let token: string | undefined;
  do {
    const page = await aws
      .get(EventBridgeClient)
      .send(
        new ListRulesCommand({
          NamePrefix: prefix,
          EventBusName: bus,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return { Rules: [], NextToken: undefined };
        throw error;
      });
    for (const { Name, State, Description = '' } of page.Rules ?? [])
      if (Name !== undefined)
        rules.push({ bus, name: Name, enabled: State !== 'DISABLED', description: Description });
    token = page.NextToken;
  } while (token !== undefined);
  return rules;
}

/** Names of rules have 64 characters at most, and those of experiments alone may have as many. */
export function rulePrefix(prefix: string, experiment: string): string {
  return `${prefix}-x-${createHash('sha256').update(experiment).digest('hex').slice(0, 16)}-`;
}
