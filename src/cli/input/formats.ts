import { show, type Path, type Problem } from '../../core/problem.ts';
import { isMapping } from '../../core/schema-branch.ts';
import { suggest } from '../../core/suggest.ts';
import {
  experimentSchema,
  gameDaySchema,
  type SchemaNode,
  settingsSchema,
  workloadSchema,
} from '../../generated/catalogue.ts';
import {
  type SchemaError,
  validateExperiment,
  validateGameDay,
  validateSettings,
  validateWorkload,
} from '../../generated/validate-files.js';
import { oneOf } from './words.ts';

export type FileKind = 'experiment' | 'workload' | 'settings' | 'gameday';

interface Format {
  /** What the file's `inoculate` says. */
  readonly name: string;
  readonly schema: SchemaNode;
  readonly validate: { (data: unknown): boolean; errors?: SchemaError[] | null };
}

export const formats: Readonly<Record<FileKind, Format>> = {
  experiment: { name: 'experiment/1', schema: experimentSchema, validate: validateExperiment },
  workload: { name: 'workload/1', schema: workloadSchema, validate: validateWorkload },
  settings: { name: 'settings/1', schema: settingsSchema, validate: validateSettings },
  gameday: { name: 'gameday/1', schema: gameDaySchema, validate: validateGameDay },
};

const kinds = ['experiment', 'workload', 'settings', 'gameday'] as const;
/** What no other file has. */
const telling: Readonly<Record<string, FileKind>> = {
  streams: 'workload',
  steps: 'gameday',
  onAbort: 'gameday',
  allowedStages: 'settings',
  freezes: 'settings',
  holidays: 'settings',
  permissions: 'settings',
  stages: 'settings',
};

export interface Recognised {
  readonly kind: FileKind;
  /** The mapping with the right format in it, so that the rest can be checked whatever stood there. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** What a file is, by its `inoculate` property; problems alone where it is something else than what was wanted. */
export function recognise(
  value: Readonly<Record<string, unknown>>,
  wanted: FileKind | undefined,
): Recognised | { readonly kind: undefined; readonly problems: readonly Problem[] } {
  const known = Object.keys(value).find((name) => Object.hasOwn(telling, name));
  const likely = wanted ?? telling[known ?? ''] ?? 'experiment';
  const key = Object.keys(value).find((name) => suggest(name, ['inoculate']) !== undefined);
  const repaired = (kind: FileKind, problems: readonly Problem[]): Recognised => ({
    kind,
    value:
      key === undefined
        ? { inoculate: formats[kind].name, ...value }
        : { ...value, [key]: formats[kind].name },
    problems,
  });
  if (key === undefined)
    return repaired(likely, [problem([], 'format-missing', 'The format is missing', '', likely)]);
  const found = value[key];
  const kind = kinds.find((candidate) => formats[candidate].name === found);
  if (kind !== undefined && (wanted === undefined || wanted === kind)) return repaired(kind, []);
  const text = typeof found === 'string' ? found.trim() : show(found);
  if (kind !== undefined) {
    return { kind: undefined, problems: [problem([key], 'other-format', thisIs(kind), text, likely)] };
  }
  const version = /^([a-z]+)\/(\d+)$/.exec(text);
  if (version !== null) {
    const message = `This version of Inoculate does not know the format ${show(text)}`;
    const expected = oneOf(
      wanted === undefined ? kinds.map((name) => formats[name].name) : [formats[wanted].name],
    );
    return {
      kind: undefined,
      problems: [{ path: [key], code: 'unknown-format', message, found: text, expected }],
    };
  }
  const meant = wanted ?? kinds.find((name) => text.toLowerCase().startsWith(name)) ?? likely;
  return repaired(meant, [problem([key], 'unknown-format', `${show(found)} is not a format`, text, meant)]);
}

function thisIs(kind: FileKind): string {
  return kind === 'settings' ? 'These are settings' : `This is a ${kind}`;
}

function problem(path: Path, code: string, message: string, found: string, kind: FileKind): Problem {
  return { path, code, message, found, expected: `write inoculate: ${formats[kind].name}` };
}

/** What the generated validator rejects and none of the explanations is about, in the validator's own words. */
export function unexplained(kind: FileKind, value: unknown, explained: readonly Problem[]): Problem[] {
  const { validate } = formats[kind];
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).map((error) => ({ error, path: toPath(error.instancePath, value) }));
  const rest = errors.filter(({ path }) => !explained.some((other) => related(path, other.path)));
  return rest.slice(0, 1).map(({ error, path }) => ({
    path,
    code: error.keyword,
    message: `This does not follow the schema: ${error.message ?? error.keyword}`,
    found: '',
    expected: show(error.params),
  }));
}

function related(a: Path, b: Path): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.every((part, index) => part === long[index]);
}

function toPath(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) {
        value = value[Number(name)] as unknown;
        return Number(name);
      }
      value = isMapping(value) ? value[name] : undefined;
      return name;
    });
}
