// Why a file does not follow its schema, one sentence for each mistake. The generated validators decide whether it does;
// they answer for every branch and keyword, and a person wants to hear of the branch that was meant.
import { type Path, type Problem, show } from '../../core/problem.ts';
import { isMapping, isPresence, typeOf } from '../../core/schema-branch.ts';
import { suggest } from '../../core/suggest.ts';
import { isUnit } from '../../core/units.ts';
import type { SchemaNode } from '../../generated/catalogue.ts';
import { explainPresence, missing } from './explain-presence.ts';
import { explainText } from './explain-text.ts';
import { explainChoice, explainNumber, explainQuantity, nameOf, wrongType } from './explain-scalar.ts';
import { describe, oneOf, placeOf } from './words.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Every mistake in a value that its schema can see. */
export function explain(schema: SchemaNode, value: unknown, path: Path): Problem[] {
  const branches = (schema.oneOf ?? []).filter((branch) => !isPresence(branch));
  if (branches.length > 0) {
    const tag = schema.discriminator?.propertyName;
    return tag === undefined
      ? explainAlternatives(schema, branches, value, path)
      : explainTagged(branches, tag, value, path);
  }
  if (schema.const !== undefined || schema.enum !== undefined) return explainChoice(schema, value, path);
  if (isUnit(schema.unit)) return explainQuantity(schema.unit, schema, value, path);
  switch (schema.type) {
    case 'object':
      return isMapping(value) ? explainMapping(schema, value, path) : wrongType(schema, value, path);
    case 'array':
      return Array.isArray(value) ? explainList(schema, value, path) : wrongType(schema, value, path);
    case 'string':
      return typeof value === 'string' ? explainText(schema, value, path) : wrongType(schema, value, path);
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrongType(schema, value, path);
    case 'number':
    case 'integer':
      return typeof value === 'number' ? explainNumber(schema, value, path) : wrongType(schema, value, path);
    default:
      return [];
  }
}

function explainTagged(branches: readonly SchemaNode[], tag: string, value: unknown, path: Path): Problem[] {
  if (!isMapping(value)) return wrongType({ type: 'object', required: [tag] }, value, path);
  const tags = branches.map((branch) => String(branch.properties?.[tag]?.const));
  const key = Object.hasOwn(value, tag)
    ? tag
    : Object.keys(value).find((name) => suggest(name, [tag]) === tag);
  if (key === undefined) return [missing(tag, oneOf(tags), value, path)];
  const chosen = value[key];
  const exact = typeof chosen === 'string' ? branches[tags.indexOf(chosen)] : undefined;
  if (exact !== undefined) return explainMapping(exact, value, path);
  const meant = typeof chosen === 'string' ? suggest(chosen, tags) : undefined;
  const wrong: Problem = {
    path: [...path, key],
    code: `unknown-${tag}`,
    message: `There is no ${tag} ${show(chosen)}`,
    found: show(chosen),
    expected: meant === undefined ? oneOf(tags) : `did you mean "${meant}"?`,
  };
  const branch = meant === undefined ? undefined : branches[tags.indexOf(meant)];
  if (branch === undefined) return [wrong];
  return [wrong, ...explainMapping(branch, { ...value, [key]: meant }, path)];
}

function explainAlternatives(
  schema: SchemaNode,
  branches: readonly SchemaNode[],
  value: unknown,
  path: Path,
): Problem[] {
  const mappings = branches.filter((branch) => branch.type === 'object');
  if (branches.some((branch) => branch.const !== undefined && branch.const === value)) return [];
  if (!isMapping(value)) {
    const quantity = branches.find((branch) => isUnit(branch.unit));
    const scalar = typeof value === 'string' || typeof value === 'number';
    if (quantity !== undefined && scalar) return explain(quantity, value, path);
    const same = branches.find((branch) => branch.type === typeOf(value));
    return same === undefined ? wrongType(schema, value, path) : explain(same, value, path);
  }
  const all = mappings.flatMap((branch) => Object.keys(branch.properties ?? {}));
  const names = Object.keys(value).map((name) => (all.includes(name) ? name : (suggest(name, all) ?? name)));
  // What every form has says nothing of which one is meant.
  const telling = (name: string): boolean =>
    mappings.length === 1 || !mappings.every((branch) => Object.hasOwn(branch.properties ?? {}, name));
  const touched = mappings.filter((branch) =>
    names.some((name) => telling(name) && Object.hasOwn(branch.properties ?? {}, name)),
  );
  if (touched.length === 1 && touched[0] !== undefined) return explainMapping(touched[0], value, path);
  return [
    {
      path,
      code: 'one-of',
      message: touched.length === 0 ? `This is not ${describe(schema)}` : 'This mixes two forms',
      found: show(value),
      expected: `either ${mappings.map(describe).join(' or ')}`,
    },
  ];
}

function explainList(schema: SchemaNode, value: readonly unknown[], path: Path): Problem[] {
  const problems: Problem[] = [];
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
  const name = nameOf(schema, path);
  const count = `${value.length} items`;
  if (value.length < minItems) {
    const expected = `at least ${minItems}`;
    problems.push({ path, code: 'too-few', message: `${name} is empty`, found: count, expected });
  }
  if (value.length > maxItems) {
    const message = `${name} has too many items`;
    return [{ path, code: 'too-many', message, found: count, expected: `at most ${maxItems}` }];
  }
  if (schema.uniqueItems === true) problems.push(...repeated(value, path));
  if (items === undefined) return problems;
  const inherited = items.description ?? schema.description;
  const described = inherited === undefined ? items : { ...items, description: inherited };
  return [...problems, ...value.flatMap((item, index) => explain(described, item, [...path, index]))];
}

function repeated(value: readonly unknown[], path: Path): Problem[] {
  const seen = new Set<string>();
  return value.flatMap((item, index): Problem[] => {
    const text = JSON.stringify(item);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    const message = `${show(item)} stands here twice`;
    return [
      { path: [...path, index], code: 'repeated', message, found: show(item), expected: 'each item once' },
    ];
  });
}

function explainMapping(schema: SchemaNode, value: Mapping, path: Path): Problem[] {
  const known = schema.properties ?? {};
  const closed = schema.additionalProperties === false;
  const free = Object.keys(known).filter((name) => !Object.hasOwn(value, name));
  const written = new Map<string, string>();
  const problems: Problem[] = [];
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(known, name) || !closed) {
      written.set(name, name);
      continue;
    }
    const meant = suggest(name, free);
    if (meant !== undefined && !written.has(meant)) written.set(meant, name);
    problems.push(unknownProperty(name, meant, free, value, path));
  }
  problems.push(
    ...explainPresence(schema, new Set(written.keys()), value, path),
    ...explainSize(schema, value, path),
  );
  for (const [name, as] of written) {
    const part = Object.hasOwn(known, name) ? known[name] : undefined;
    if (part !== undefined) problems.push(...explain(part, value[as], [...path, as]));
    else if (typeof schema.additionalProperties === 'object') {
      problems.push(...explainName(schema.propertyNames, name, path));
      problems.push(...explain(schema.additionalProperties, value[as], [...path, as]));
    }
  }
  return problems;
}

function explainName(schema: SchemaNode | undefined, name: string, path: Path): Problem[] {
  if (schema === undefined) return [];
  return explainText(schema, name, [...path, name]).map((problem) => ({ ...problem, at: 'key' }));
}

function explainSize(schema: SchemaNode, value: Mapping, path: Path): Problem[] {
  const { minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  const size = Object.keys(value).length;
  if (size >= minProperties && size <= maxProperties) return [];
  const few = size < minProperties;
  return [
    {
      path,
      code: few ? 'too-few' : 'too-many',
      message: `${nameOf(schema, path)} has ${few ? 'no' : 'too many'} entries`,
      found: `${size} entries`,
      expected: few ? `at least ${minProperties}` : `at most ${maxProperties}`,
    },
  ];
}

function unknownProperty(
  name: string,
  meant: string | undefined,
  free: readonly string[],
  value: Mapping,
  path: Path,
): Problem {
  const rest = free.length === 0 ? 'nothing more here' : oneOf(free);
  return {
    path: [...path, name],
    code: 'unknown-property',
    message: `There is no property ${show(name)} ${placeOf(value, path)}`,
    found: name,
    expected: meant === undefined ? rest : `did you mean "${meant}"?`,
    at: 'key',
  };
}
