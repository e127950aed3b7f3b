import { explain } from '../cli/input/explain.ts';
import { checkFault } from '../core/fault-checks.ts';
import { isInFunction } from '../core/placement.ts';
import { listing, type Path, type Problem, show } from '../core/problem.ts';
import { isMapping } from '../core/schema-branch.ts';
import { resolveUnits } from '../core/units.ts';
import { faultSchemas, type SchemaNode } from '../generated/catalogue.ts';
import type { Dose, Fault, InFunctionFault } from '../generated/types.ts';
import { inFunctionFaults } from '../layer/faults/index.ts';
import { moduleOf } from '../layer/faults/of.ts';
import type { TestFault } from './api.ts';
import { unfit, type Caller } from './fit.ts';

type DosedFaults = Dose['faults'];

export type ReadFaults =
  | { readonly ok: true; readonly faults: DosedFaults; readonly authored: readonly TestFault[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const mostFaults = 10;
const idPattern = /^f[1-9][0-9]?$/;

/** The schema of faults in a test: those of experiment files that work inside a function, without a target. */
const listSchema: SchemaNode = {
  type: 'array',
  description: 'What is injected',
  minItems: 1,
  maxItems: mostFaults,
  items: {
    type: 'object',
    required: ['kind'],
    discriminator: { propertyName: 'kind' },
    oneOf: Object.keys(inFunctionFaults).map((kind) => withoutTarget(schemaOf(kind))),
  },
};

function schemaOf(kind: string): SchemaNode {
  const found = Object.entries(faultSchemas).find(([name]) => name === kind)?.[1];
  if (found === undefined) throw new Error(`The kind ${kind} has no schema`);
  return found;
}

function withoutTarget(schema: SchemaNode): SchemaNode {
  return { ...schema, required: (schema.required ?? []).filter((name) => name !== 'target') };
}

/** Faults as a dose has them; or everything that is wrong with them. */
export function readFaults(given: unknown, caller: Caller): ReadFaults {
  const { ids, faults, problems } = apart(given);
  const early = [...problems, ...configurationKinds(faults)];
  if (early.length > 0) return { ok: false, problems: early };
  const wrong = explain(listSchema, faults, ['faults']);
  const resolved = resolveUnits(listSchema, faults);
  const values = list(resolved.value);
  const checked = values.flatMap((value, index) =>
    isMapping(value) ? checkFault(['faults', index], value, undefined) : [],
  );
  const all = [...wrong, ...resolved.problems.map(underFaults), ...checked];
  if (all.length > 0) return { ok: false, problems: all };
  const dosed = values.map((value, index) => dosedFault(value, ids[index] ?? `f${index + 1}`));
  const senseless = dosed.flatMap(({ fault }, index) => {
    const problem = unfit(fault, caller) ?? moduleOf(fault).problem(fault);
    return problem === undefined
      ? []
      : [
          {
            path: ['faults', index],
            code: 'makes-no-sense',
            message: problem,
            found: fault.kind,
            expected: '',
          },
        ];
  });
  if (senseless.length > 0) return { ok: false, problems: senseless };
  const authored = list(faults).map((fault, index): object => ({
    id: ids[index] ?? `f${index + 1}`,
    ...(isMapping(fault) && fault),
  }));
  return { ok: true, faults: dosed, authored: authored.filter(isChecked) };
}

/** The ids, which experiment files do not have, and the faults without them. */
function apart(given: unknown): { ids: (string | undefined)[]; faults: unknown; problems: Problem[] } {
  if (!Array.isArray(given)) return { ids: [], faults: given, problems: [] };
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const ids = given.map((fault: unknown, index) => {
    const id = isMapping(fault) ? fault['id'] : undefined;
    if (typeof id === 'string' && idPattern.test(id) && !seen.has(id)) {
      seen.add(id);
      return id;
    }
    const message =
      typeof id === 'string' && seen.has(id) ? `There are two faults ${id}` : `${show(id)} is no id`;
    const expected = 'f1, f2, … f99, each once';
    if (id !== undefined)
      problems.push({ path: ['faults', index, 'id'], code: 'not-an-id', message, found: show(id), expected });
    return undefined;
  });
  const faults = given.map((fault: unknown) => {
    if (!isMapping(fault)) return fault;
    const { id, ...rest } = fault;
    void id;
    return rest;
  });
  return { ids, faults, problems };
}

/** Kinds that exist, but change what a test does not have. */
function configurationKinds(faults: unknown): Problem[] {
  return list(faults).flatMap((fault, index): Problem[] => {
    const kind = isMapping(fault) ? fault['kind'] : undefined;
    if (typeof kind !== 'string' || !Object.hasOwn(faultSchemas, kind)) return [];
    if (Object.hasOwn(inFunctionFaults, kind)) return [];
    return [
      {
        path: ['faults', index, 'kind'],
        code: 'not-in-a-function',
        message: `${kind} changes the configuration of AWS, and a test has none`,
        found: kind,
        expected: `one of ${listing(Object.keys(inFunctionFaults), 'or')}`,
      },
    ];
  });
}

function dosedFault(value: unknown, id: string): DosedFaults[number] {
  // Nothing is lost for good in a test, so nobody has to accept it; whether it is such a fault, the dose's schema knows.
  const fault: unknown = isMapping(value) ? { target: 'test', ...value } : value;
  if (!isFault(fault) || !isInFunction(fault)) throw new Error(`A checked fault is none: ${show(value)}`);
  return { id, fault: accepting(fault) };
}

function accepting(fault: InFunctionFault): InFunctionFault {
  return Object.hasOwn(schemaOf(fault.kind).properties ?? {}, 'acceptsDataLoss')
    ? { ...fault, acceptsDataLoss: true }
    : fault;
}

function isFault(value: unknown): value is Fault {
  return isMapping(value) && typeof value['kind'] === 'string' && Object.hasOwn(faultSchemas, value['kind']);
}

function underFaults(problem: Problem): Problem {
  return { ...problem, path: ['faults', ...problem.path] satisfies Path };
}

/** Its schema had nothing to say against it. */
function isChecked(value: object): value is TestFault {
  return 'kind' in value;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
