/** Only what carries this tag is ever changed. */
export const optInTag = { key: 'inoculate', value: 'allow' } as const;

export function isOptedIn(tags: Readonly<Record<string, string>>): boolean {
  return tags[optInTag.key] === optInTag.value;
}
