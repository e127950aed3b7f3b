import { listing, type Path, type Problem, show } from '../core/problem.ts';
import { isMapping } from '../core/schema-branch.ts';
import { stagePattern } from '../core/stage.ts';
import { settingNames } from '../core/service-settings.ts';
import { suggest } from '../core/suggest.ts';
import { functionTableOf } from '../core/function-permissions.ts';

/** `custom.inoculate` of a serverless.yml, but for `local`, which the host of one machine reads. */
export interface Settings {
  /** Keys of functions; undefined where nothing is said. */
  readonly targets: readonly string[] | 'all' | undefined;
  /** The table with doses and telemetry. */
  readonly table: string;
  /** A layer version that is there already: an ARN, or what CloudFormation resolves to one. */
  readonly layerArn: unknown;
}

const layerArnPattern = '^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$';
const tablePattern = '^[A-Za-z0-9_.-]{3,255}$';

/** For the framework's own validation of serverless.yml, and editors that know it. */
export const customSchema = {
  type: 'object',
  properties: {
    inoculate: {
      type: 'object',
      properties: {
        targets: { anyOf: [{ const: 'all' }, { type: 'array', items: { type: 'string' } }] },
        controller: {
          type: 'object',
          properties: {
            stage: { type: 'string', pattern: stagePattern.source },
            table: { type: 'string', pattern: tablePattern },
          },
          maxProperties: 1,
          additionalProperties: false,
        },
        layerArn: { anyOf: [{ type: 'string', pattern: layerArnPattern }, { type: 'object' }] },
        local: { type: 'object' },
      },
      additionalProperties: false,
    },
  },
} as const;

const root: Path = ['custom', 'inoculate'];
const knownOfController = Object.keys(customSchema.properties.inoculate.properties.controller.properties);

/** Everything that keeps the plugin from its work. */
export interface Refusal {
  readonly problems: readonly Problem[];
}

/** The settings, or all that is wrong with them. `stage` is the service's own. */
export function readSettings(custom: unknown, stage: string): Settings | Refusal {
  const given = isMapping(custom) ? (custom['inoculate'] ?? {}) : {};
  if (!isMapping(given))
    return { problems: [wrong(root, given, 'a mapping: inoculate: { targets: [checkout] }')] };
  const { targets, controller, layerArn } = given;
  const problems = [
    ...unknownKeys(given, settingNames, root),
    ...checkTargets(targets),
    ...checkController(controller),
    ...checkLayerArn(layerArn),
  ];
  if (problems.length > 0) return { problems };
  return {
    targets: targets === 'all' ? 'all' : Array.isArray(targets) ? targets.map(String) : undefined,
    table: tableOf(isMapping(controller) ? controller : {}, stage),
    layerArn: layerArn ?? undefined,
  };
}

function tableOf({ table, stage: other }: Readonly<Record<string, unknown>>, stage: string): string {
  if (typeof table === 'string') return table;
  return functionTableOf(typeof other === 'string' ? other : stage);
}

function checkTargets(targets: unknown): readonly Problem[] {
  const expected = 'a list of functions, such as [checkout], or all';
  if (targets == null || targets === 'all') return [];
  if (!Array.isArray(targets)) return [wrong([...root, 'targets'], targets, expected)];
  return targets.flatMap((target: unknown, index) =>
    typeof target === 'string' ? [] : [wrong([...root, 'targets', index], target, 'the name of a function')],
  );
}

function checkController(controller: unknown): readonly Problem[] {
  const at = [...root, 'controller'];
  if (controller == null) return [];
  if (!isMapping(controller)) return [wrong(at, controller, 'a mapping: controller: { stage: prod }')];
  const { stage, table } = controller;
  const problems = [...unknownKeys(controller, knownOfController, at)];
  if (stage != null && !matches(stage, stagePattern.source))
    problems.push(wrong([...at, 'stage'], stage, 'the stage of the controller, such as prod'));
  if (table != null && !matches(table, tablePattern))
    problems.push(wrong([...at, 'table'], table, 'the name of its table with doses and telemetry'));
  if (stage != null && table != null)
    problems.push(wrong(at, controller, 'either the stage of the controller or the name of its table'));
  return problems;
}

function checkLayerArn(layerArn: unknown): readonly Problem[] {
  if (layerArn == null || isMapping(layerArn) || matches(layerArn, layerArnPattern)) return [];
  const expected =
    'the ARN of a layer version, such as arn:aws:lambda:eu-central-1:123456789012:layer:name:7';
  return [wrong([...root, 'layerArn'], layerArn, expected)];
}

function matches(value: unknown, pattern: string): boolean {
  return typeof value === 'string' && new RegExp(pattern).test(value);
}

function unknownKeys(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
  at: Path,
): readonly Problem[] {
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const message = `There is no setting ${name} here${didYouMean(suggest(name, names))}`;
      const expected = listing(names, 'or');
      return { path: [...at, name], code: 'unknown-property', message, found: name, expected };
    });
}

export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : ` (did you mean "${name}"?)`;
}

function wrong(path: Path, value: unknown, expected: string): Problem {
  return { path, code: 'wrong-type', message: `This is ${show(value)}`, found: show(value), expected };
}
