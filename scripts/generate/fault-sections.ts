import { parse } from 'yaml';
import type { Permission } from '../../src/aws/permission.ts';
import { exampleOf, parametersOf } from '../../src/cli/commands/fault-parameters.ts';
import { isControlPlane as isControlPlaneFault } from '../../src/core/placement.ts';
import { formatDuration, resolveUnits } from '../../src/core/units.ts';
import { controlPlaneFaults } from '../../src/faults/index.ts';
import type { Changer } from '../../src/faults/module.ts';
import { moduleOf } from '../../src/faults/of.ts';
import { faultSchemas } from '../../src/generated/catalogue.ts';
import type { ControlPlaneKind, FaultKind } from '../../src/generated/types.ts';
import { validateResolvedExperiment } from '../../src/generated/validate-resolved.js';
import { cells, filledIn, head } from './page.ts';

/** docs/FAULTS.md, with every kind as its schema and its module have it now. */
export function faultSections(page: string): string {
  return filledIn(page, { inFunction, controlPlane });
}

function inFunction(): string {
  const rows = Object.entries(faultSchemas)
    .filter(([, { placement }]) => placement === 'in-function')
    .map(([kind, { description = '' }]) => cells(`\`${kind}\``, description));
  return [head('kind', 'what it does'), ...rows].join('\n');
}

function controlPlane(): string {
  return Object.keys(controlPlaneFaults).filter(isControlPlane).map(section).join('\n\n');
}

function isControlPlane(kind: string): kind is ControlPlaneKind & FaultKind {
  return Object.hasOwn(controlPlaneFaults, kind);
}

function section(kind: ControlPlaneKind & FaultKind): string {
  const schema = faultSchemas[kind];
  const { changer } = controlPlaneFaults[kind];
  const parameters = parametersOf(schema)
    .filter(({ name }) => name !== 'target' && name !== 'acceptsDataLoss')
    .map(({ name, required, description, expects }) =>
      `\`${name}\`${required ? '' : ' (optional)'}: ${description === '' ? expects : description}`.replace(
        /\.$/,
        '',
      ),
    );
  const loss = lossOf(kind);
  return [
    `### \`${kind}\``,
    '',
    schema.description ?? '',
    '',
    '```yaml',
    ...exampleOf(kind, schema),
    ...(loss === null ? [] : ['  acceptsDataLoss: true']),
    '```',
    '',
    head('', ''),
    cells('target', `\`${schema.takes}\``),
    ...(parameters.length === 0 ? [] : [cells('parameters', parameters.join('; '))]),
    ...(loss === null ? [] : [cells('may be lost', loss)]),
    cells('given back', changer.undo),
    cells('changes by others', changer.window),
    ...(changer.limits === undefined ? [] : [cells('limits', changer.limits.join(' '))]),
    cells('AWS may show old values for', formatDuration(changer.settleMs)),
    cells('reads by', callsOf(changer, false)),
    cells('changes by', callsOf(changer, true)),
  ].join('\n');
}

function callsOf({ permissions }: Changer, changing: boolean): string {
  const found = permissions.filter(({ changes }) => (changes !== false) === changing).map(calls);
  return [...new Set(found)].join(', ');
}

/** What the example's fault may lose. Throws where the example is none. */
function lossOf(kind: ControlPlaneKind & FaultKind): string | null {
  const [written] = parse(exampleOf(kind, faultSchemas[kind]).join('\n')) as readonly unknown[];
  const { value: fault, problems } = resolveUnits(faultSchemas[kind], written);
  const whole = { ...experimentAround, faults: [fault] };
  if (!validateResolvedExperiment(whole) || problems.length > 0)
    throw new Error(
      `The example of ${kind} is not valid: ${JSON.stringify([problems, validateResolvedExperiment.errors])}`,
    );
  const [resolved] = whole.faults;
  return resolved !== undefined && isControlPlaneFault(resolved)
    ? moduleOf(resolved).losesData(resolved)
    : null;
}

const experimentAround = {
  inoculate: 'experiment/1',
  name: 'example',
  hypothesis: 'The example is valid.',
  targets: { checkout: { lambda: 'checkout' } },
  steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout' }],
  exposure: 0.1,
  duration: 60_000,
};

function calls({ actions, changes }: Permission): string {
  const untagged = changes !== false && !changes.tagEvaluated && changes.makes !== true;
  return (
    actions.map((action) => `\`${action}\``).join(', ') + (untagged ? ' (AWS does not see the tag here)' : '')
  );
}
