import { faultPlaces } from '../generated/places.ts';

const kinds: readonly string[] = Object.keys(faultPlaces);

/** The kinds that a name or a pattern such as `dependency.*` means; none where there is no such kind. */
export function kindsLike(pattern: string): readonly string[] {
  if (!pattern.includes('*')) return kinds.filter((kind) => kind === pattern);
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return kinds.filter((kind) => expression.test(kind));
}

export function allKinds(): readonly string[] {
  return kinds;
}
