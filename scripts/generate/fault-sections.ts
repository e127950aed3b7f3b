import { parse } from 'yaml';
import type { Permission } from '../../src/aws/permission.ts';
import { exampleOf, parametersOf } from '../../src/cli/commands/fault-parameters.ts';
import {
  isControlPlane as isControlPlaneFault,
  isInFunction as isInFunctionFault,
} from '../../src/core/placement.ts';
import { formatDuration, resolveUnits } from '../../src/core/units.ts';
import { controlPlaneFaults } from '../../src/faults/index.ts';
import type { Changer } from '../../src/faults/module.ts';
import { moduleOf } from '../../src/faults/of.ts';
import { faultSchemas } from '../../src/generated/catalogue.ts';
import type {
  ControlPlaneKind,
  Experiment,
  Fault,
  FaultKind,
  InFunctionKind,
} from '../../src/generated/types.ts';
import { validateResolvedExperiment } from '../../src/generated/validate-resolved.js';
import { inFunctionFaults } from '../../src/layer/faults/index.ts';
import { moduleOf as inFunctionModuleOf } from '../../src/layer/faults/of.ts';
import { errorCatalogue } from './error-catalogue.ts';
import { cells, filledIn, head } from './page.ts';

/** docs/FAULTS.md, with every kind as its schema and its module have it now. */
export function faultSections(page: string): string {
  return filledIn(page, { inFunction, errors: errorCatalogue, controlPlane });
}

function inFunction(): string {
  return Object.keys(inFunctionFaults).filter(isInFunction).map(inFunctionSection).join('\n\n');
}

function isInFunction(kind: string): kind is InFunctionKind & FaultKind {
  return Object.hasOwn(inFunctionFaults, kind);
}

/** What every in-function kind takes is told once, above them all. */
const common = new Set(['target', 'rate', 'match', 'budget', 'stickyBy', 'acceptsDataLoss']);

function inFunctionSection(kind: InFunctionKind & FaultKind): string {
  const schema = faultSchemas[kind];
  const fault = exampleFault(kind);
  if (!isInFunctionFault(fault)) throw new Error(`The example of ${kind} is of another kind`);
  const module = inFunctionModuleOf(fault);
  const parameters = parametersOf(schema).filter(({ name }) => !common.has(name));
  const rows = parameters.map(({ name, required, description, expects, fallback }) =>
    cells(
      `\`${name}\`${required ? '' : ' (optional)'}`,
      [
        description === '' ? `${expects[0]?.toUpperCase() ?? ''}${expects.slice(1)}.` : description,
        ...(fallback === undefined ? [] : [`Without it: ${fallback}.`]),
      ].join(' '),
    ),
  );
  const losesData = module.losesDataWhenAsynchronous(fault);
  return [
    `### \`${kind}\``,
    '',
    schema.description ?? '',
    '',
    '```yaml',
    ...exampleOf(kind, schema),
    '```',
    '',
    `In words: ${module.explain(fault)}.${losesData ? ' On a function that is invoked asynchronously this needs `acceptsDataLoss: true`.' : ''}`,
    ...(rows.length === 0 ? [] : ['', head('parameter', 'meaning'), ...rows]),
  ].join('\n');
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

/** What the example's fault may lose. */
function lossOf(kind: ControlPlaneKind & FaultKind): string | null {
  const fault = exampleFault(kind);
  return isControlPlaneFault(fault) ? moduleOf(fault).losesData(fault) : null;
}

/** The example of a kind, resolved as in a file. Throws where it is none. */
function exampleFault(kind: FaultKind): Fault {
  const [written] = parse(exampleOf(kind, faultSchemas[kind]).join('\n')) as readonly unknown[];
  const { value: fault, problems } = resolveUnits(faultSchemas[kind], written);
  const whole: unknown = { ...experimentAround, faults: [fault] };
  const [resolved] = isExperiment(whole) && problems.length === 0 ? whole.faults : [];
  if (resolved !== undefined) return resolved;
  const errors = JSON.stringify([problems, validateResolvedExperiment.errors]);
  throw new Error(`The example of ${kind} is not valid: ${errors}`);
}

function isExperiment(value: unknown): value is Experiment {
  return validateResolvedExperiment(value);
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
