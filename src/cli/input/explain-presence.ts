import { listing, type Path, type Problem } from '../../core/problem.ts';
import { isPresence } from '../../core/schema-branch.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';
import { describe, placeOf } from './words.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** What must be there and is not, and what cannot be there together. `names` are those given, spelling mended. */
export function explainPresence(
  schema: SchemaNode,
  names: ReadonlySet<string>,
  value: Mapping,
  path: Path,
): Problem[] {
  const groups = (schema.oneOf ?? []).filter(isPresence).map((branch) => branch.required ?? []);
  const some = (schema.anyOf ?? []).filter(isPresence).flatMap((branch) => branch.required ?? []);
  const problems = (schema.required ?? [])
    .filter((name) => !names.has(name))
    .map((name) => missing(name, expectedOf(schema, name), value, path));
  const either = groups.length === 0 ? undefined : explainEither(groups, names, value, path);
  if (either !== undefined) problems.push(either);
  if (some.length > 0 && !some.some((name) => names.has(name))) {
    const message = `None of ${listing(some, 'and')} stands ${placeOf(value, path)}`;
    problems.push({
      path,
      code: 'missing',
      message,
      found: '',
      expected: `at least one of ${listing(some, 'or')}`,
    });
  }
  const told = new Set(either === undefined ? [] : groups.flat());
  return [...problems, ...explainDependents(schema, names, told, groups, path)];
}

export function missing(name: string, expected: string, value: Mapping, path: Path): Problem {
  const message = `"${name}" is missing ${placeOf(value, path)}`;
  return { path, code: 'missing', message, found: '', expected: `add ${name}: ${expected}` };
}

function expectedOf(schema: SchemaNode, name: string): string {
  const part = schema.properties?.[name];
  if (part === undefined) return '…';
  const long = part.type === 'object' || part.type === 'array' || part.enum !== undefined;
  return long && part.description !== undefined ? part.description : describe(part);
}

/** "either "service" and "error", or "host" and "status"". */
function explainEither(
  groups: readonly (readonly string[])[],
  names: ReadonlySet<string>,
  value: Mapping,
  path: Path,
): Problem | undefined {
  const touched = groups.filter((group) => group.some((name) => names.has(name)));
  const complete = touched.filter((group) => group.every((name) => names.has(name)));
  if (touched.length === 1 && complete.length === 1) return undefined;
  const expected = `either ${groups.map((group) => listing(group, 'and')).join(', or ')}`;
  const [only] = touched;
  if (touched.length === 1 && only !== undefined) {
    const given = only.filter((name) => names.has(name));
    const lacking = only.filter((name) => !names.has(name));
    const message = `${listing(given, 'and')} needs ${listing(lacking, 'and')} beside it`;
    return {
      path,
      code: 'missing',
      message,
      found: listing(given, 'and'),
      expected: `add ${listing(lacking, 'and')}`,
    };
  }
  if (touched.length === 0) {
    const all = groups.flat();
    const message = `${all.length === 2 ? 'Neither' : 'None'} of ${listing(all, 'and')} stands ${placeOf(value, path)}`;
    return { path, code: 'missing', message, found: '', expected };
  }
  const given = groups.flat().filter((name) => names.has(name));
  const message = `${listing(given, 'and')} cannot stand together`;
  const second = touched[1]?.find((name) => Object.hasOwn(value, name));
  const place: Path = second === undefined ? path : [...path, second];
  return {
    path: place,
    code: 'one-of',
    message,
    found: listing(given, 'and'),
    expected: `${expected}, not both`,
    at: 'key',
  };
}

function explainDependents(
  schema: SchemaNode,
  names: ReadonlySet<string>,
  told: ReadonlySet<string>,
  groups: readonly (readonly string[])[],
  path: Path,
): Problem[] {
  return Object.entries(schema.dependentRequired ?? {}).flatMap(([name, needs]): Problem[] => {
    const lacking = needs.filter((need) => !names.has(need));
    // Where a group is incomplete or two are mixed, that has been said, and what depends on it follows from it.
    if (!names.has(name) || lacking.length === 0 || lacking.some((need) => told.has(need))) return [];
    const other = groups.find((group) => group.every((member) => names.has(member)));
    const message = `${listing([name], 'and')} goes with ${listing(lacking, 'and')}, which is not here`;
    const expected =
      other === undefined
        ? `add ${listing(lacking, 'and')}`
        : `take out "${name}", or give ${listing(lacking, 'and')} instead of ${listing(other, 'and')}`;
    return [{ path: [...path, name], code: 'one-of', message, found: name, expected, at: 'key' }];
  });
}
