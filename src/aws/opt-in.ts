import { optInTag } from '../core/opt-in.ts';

export { optInTag };

export function isOptedIn(tags: Readonly<Record<string, string>>): boolean {
  return tags[optInTag.key] === optInTag.value;
}
