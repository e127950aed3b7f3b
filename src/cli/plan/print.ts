import { formatDuration, formatShare } from '../../core/units.ts';
import { counted } from '../../report/format.ts';
import type { Claim, Plan } from './plan.ts';

/** A plan as text for people. */
export function printPlan(plan: Plan): string {
  const { groups } = plan;
  return [
    `${plan.name}`,
    `  ${plan.hypothesis}`,
    '',
    'What starts it, once it is registered',
    ...plan.starts.map((start) => `  ${start}`),
    `  ${plan.starts.length === 0 ? 'only ' : ''}inoculate start ${plan.name}`,
    '',
    'Targets',
    ...plan.targets.map(
      (target) =>
        `  ${target.name}: ${target.function ?? 'not found'}, timeout ${formatDuration(target.timeoutMs)}`,
    ),
    ...plan.resources.map((resource) => `  ${resource}`),
    '',
    `Exposure, for ${formatDuration(plan.durationMs)}`,
    ...(plan.directives ? ['  single requests that ask for it by a signed directive'] : []),
    ...(groups === null && plan.directives
      ? []
      : [
          groups === null
            ? '  everybody who uses what is changed: no fault works inside a function'
            : `  ${formatShare(groups.experimental)} of the invocations get the fault, as many are the control group, ${groups.bystanders === 0 ? 'none' : formatShare(groups.bystanders)} are left out`,
        ]),
    '',
    'Faults',
    ...plan.faults.map(
      ({ id, sentence, expectedInvocations }) =>
        `  ${id}: ${sentence}${expectedInvocations === null ? '' : ` (about ${counted(expectedInvocations, 'invocation')})`}`,
    ),
    '',
    'What is changed, and how it is undone',
    ...plan.changes.flatMap(({ resource, change, undo, mind }) => [
      `  ${resource}: ${change}`,
      `    undone: ${undo}`,
      ...mind.map((one) => `    mind: ${one}`),
    ]),
    '',
    'What a verdict needs',
    ...plan.claims.map((claim) => `  ${claim.claim}: ${describeClaim(claim)}`),
    ...plan.checks.map((check) => `  ${check}`),
    ...plan.notJudged.map(({ signal, why }) => `  ${signal}: not judged. ${why}`),
    '',
    'What ends the run early',
    ...plan.stops.map((stop) => `  ${stop}`),
    ...plan.warnings.map((warning) => `  careful: ${warning}`),
    '',
    ...permissionsOf(plan),
    '',
  ].join('\n');
}

function permissionsOf({ iam, changes }: Plan): readonly string[] {
  return [
    ...(iam.length === 0 ? [] : ['IAM that the targets need (--json prints it as statements)']),
    ...iam.map(
      (statement) => `  ${statement.Action.join(', ')} on ${statement.Resource}, keys ${keysOf(statement)}`,
    ),
    ...(changes.length === 0 ? [] : ['What the controller needs of IAM is told by inoculate policy FILE.']),
  ];
}

function describeClaim({ needed, expected, sticky }: Claim): string {
  if (sticky) return 'can be refuted, but never shown to hold: the groups stick by a value of the event';
  if (needed === null) return 'can be refuted, but never shown to hold: it allows no failure at all';
  const traffic =
    expected === null
      ? ''
      : expected >= needed
        ? `; about ${expected} will come`
        : `; only about ${expected} will come: expect "inconclusive" unless it deviates`;
  return `about ${needed} enrolled invocations to show that it holds${traffic}`;
}

function keysOf({ Condition }: Plan['iam'][number]): string {
  return [Condition['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'] ?? []].flat().join(', ');
}
