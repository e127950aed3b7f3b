/** `*` stands for any text, also none; `?` for one character. `${*}`, `${?}` and `${$}` stand for the character itself. */
export function matchesPattern(pattern: string, text: string): boolean {
  return new RegExp(`^${expressionOf(pattern)}$`, 'su').test(text);
}

function expressionOf(pattern: string): string {
  return pattern.replaceAll(/\$\{([*?$])\}|[\\^$.*+?()[\]{}|/]/gu, (special, literal?: string) => {
    if (literal !== undefined) return `\\${literal}`;
    if (special === '*') return '.*';
    if (special === '?') return '.';
    return `\\${special}`;
  });
}

/** Actions are the same in upper and lower case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

/** Each of the six parts of an ARN is compared by itself: a wildcard does not reach across them. */
export function matchesArn(pattern: string, arn: string): boolean {
  const wanted = partsOf(pattern);
  const given = partsOf(arn);
  return wanted.length === given.length && wanted.every((part, at) => matchesPattern(part, given[at] ?? ''));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
