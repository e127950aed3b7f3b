import type { Experiment } from '../generated/types.ts';
import { assertNever } from './assert.ts';
import { formatDuration } from './units.ts';

export type Trigger = NonNullable<Experiment['triggers']>[number];
export type EventPattern = Readonly<Record<string, unknown>>;

/** Where AWS's own events come, unless a rule hands them on to another. */
export const defaultBus = 'default';

/** The bus on which a trigger's events come. */
export function busOf(trigger: Trigger): string {
  return trigger.bus ?? defaultBus;
}

/**
 * The EventBridge pattern of a trigger. The shorthands name the fields as the services send them, and let through only
 * what ended well.
 */
export function patternOf(trigger: Trigger): EventPattern {
  if ('pattern' in trigger) return trigger.pattern;
  if ('deployed' in trigger) return deployedPattern(trigger.deployed);
  if ('alarmOk' in trigger)
    return {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: {
        alarmName: listOf(trigger.alarmOk),
        state: { value: ['OK'] },
        // One that is new, or whose data only paused, comes from INSUFFICIENT_DATA: nothing was wrong before.
        previousState: { value: ['ALARM'] },
      },
    };
  if ('event' in trigger) {
    const { source, type, detail } = trigger.event;
    return {
      source: listOf(source),
      'detail-type': listOf(type),
      ...(detail === undefined ? {} : { detail: detailPattern(detail) }),
    };
  }
  return assertNever(trigger);
}

type Deployed = Extract<Trigger, { deployed: unknown }>['deployed'];

function deployedPattern(deployed: Deployed): EventPattern {
  if ('codedeploy' in deployed) {
    const { application, group } = deployed.codedeploy;
    return {
      source: ['aws.codedeploy'],
      'detail-type': ['CodeDeploy Deployment State-change Notification'],
      detail: {
        application: [application],
        ...(group === undefined ? {} : { deploymentGroup: [group] }),
        state: ['SUCCESS'],
      },
    };
  }
  if ('codepipeline' in deployed) {
    const { pipeline, stage } = deployed.codepipeline;
    const part = stage === undefined ? 'Pipeline' : 'Stage';
    return {
      source: ['aws.codepipeline'],
      'detail-type': [`CodePipeline ${part} Execution State Change`],
      detail: {
        pipeline: [pipeline],
        ...(stage === undefined ? {} : { stage: [stage] }),
        state: ['SUCCEEDED'],
      },
    };
  }
  if ('cloudformation' in deployed)
    return {
      source: ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      detail: {
        // The events carry no name, only the id: arn:…:stack/NAME/UUID. Stacks nested in it have other names.
        'stack-id': [{ wildcard: `arn:*:stack/${literal(deployed.cloudformation.stack)}/*` }],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    };
  return assertNever(deployed);
}

/** In a wildcard a star stands for anything, and a backslash takes that away. */
function literal(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}

/** Values as people write them, to the lists that patterns have. */
function detailPattern(detail: EventPattern): EventPattern {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value
        : typeof value === 'object' && value !== null
          ? detailPattern(value as EventPattern)
          : [value],
    ]),
  );
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** For people: each thing that starts the experiment by itself. */
export function startsOf({
  schedule,
  triggers = [],
}: Pick<Experiment, 'schedule' | 'triggers'>): readonly string[] {
  const expression =
    schedule === undefined
      ? []
      : [schedule.cron === undefined ? `rate(${schedule.rate})` : `cron(${schedule.cron})`];
  return [...expression.map((one) => `${one} ${schedule?.timezone}`), ...triggers.map(describeTrigger)];
}

/** For people, as the end of "starts …": `5m after the stack shop-dev was deployed`. */
export function describeTrigger(trigger: Trigger): string {
  const { delay } = trigger;
  const bus = busOf(trigger);
  const when = delay === undefined ? 'when' : `${formatDuration(delay)} after`;
  return `${when} ${describeEvent(trigger)}${bus === defaultBus ? '' : ` (bus ${bus})`}`;
}

function describeEvent(trigger: Trigger): string {
  if ('deployed' in trigger) return describeDeployed(trigger.deployed);
  if ('alarmOk' in trigger) {
    const names = listOf(trigger.alarmOk);
    return names.length === 1
      ? `the alarm ${names[0]} is OK again`
      : `one of the alarms ${names.join(', ')} is OK again`;
  }
  if ('event' in trigger) {
    const { source, type, detail } = trigger.event;
    const where = detail === undefined ? '' : ` with ${JSON.stringify(detail)}`;
    return `an event ${listOf(type).join(' or ')} of ${listOf(source).join(' or ')}${where} comes`;
  }
  return `an event that matches ${JSON.stringify(trigger.pattern)} comes`;
}

function describeDeployed(deployed: Deployed): string {
  if ('codedeploy' in deployed) {
    const { application, group } = deployed.codedeploy;
    return `CodeDeploy has deployed ${application}${group === undefined ? '' : ` to ${group}`}`;
  }
  if ('codepipeline' in deployed) {
    const { pipeline, stage } = deployed.codepipeline;
    return `${stage === undefined ? '' : `the stage ${stage} of `}the pipeline ${pipeline} has succeeded`;
  }
  return `the stack ${deployed.cloudformation.stack} is deployed`;
}
