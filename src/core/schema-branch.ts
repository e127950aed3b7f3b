import type { SchemaNode } from '../generated/catalogue.ts';

/**
 * The one of a schema's alternatives that a value means: by the discriminator where there is one, else text and mappings
 * by their shape, and a mapping by the names that it uses. Undefined where there are no alternatives, or none is meant.
 */
export function branchFor(schema: SchemaNode, value: unknown): SchemaNode | undefined {
  const branches = (schema.oneOf ?? []).filter((branch) => !isPresence(branch));
  if (branches.length === 0) return undefined;
  if (!isMapping(value)) return branches.find((branch) => branch.type === typeOf(value));
  const tag = schema.discriminator?.propertyName;
  if (tag !== undefined) return branches.find((branch) => branch.properties?.[tag]?.const === value[tag]);
  const names = Object.keys(value);
  const using = (branch: SchemaNode): number =>
    names.filter((name) => Object.hasOwn(branch.properties ?? {}, name)).length;
  const mappings = branches.filter((branch) => branch.type === 'object' && using(branch) > 0);
  return mappings.sort((a, b) => using(b) - using(a))[0];
}

/** As schemas name it. */
export function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A branch that only says which properties must be there. */
export function isPresence(branch: SchemaNode): boolean {
  return Object.keys(branch).every((keyword) => keyword === 'required');
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
