/** For sentences of what is denied. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

export function deniedTo(roles: readonly string[] | undefined): string {
  return roles === undefined
    ? 'denied to everybody, AWS services included'
    : `denied to callers with role ${roles.join(' or ')}`;
}
